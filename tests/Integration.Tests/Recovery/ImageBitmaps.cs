using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>Meddles with the bitmaps in the images of a guest that is shut off, by qemu-img.</summary>
internal sealed class ImageBitmaps(LabGuest guest)
{
    internal Task AddAsync(string disk, string name, int granularity = 65536) =>
        ChangeAsync(disk, name, "--add", "-g", $"{granularity}");

    internal Task RemoveAsync(string disk, string name) => ChangeAsync(disk, name, "--remove");

    internal Task DisableAsync(string disk, string name) => ChangeAsync(disk, name, "--disable");

    /// <summary>A clean and empty one in place of whatever there is: as good, as long as nothing was written.</summary>
    internal async Task MakeAnewAsync(string disk, string name)
    {
        if ((await DescribeAsync(disk)).Contains($"\"name\": \"{name}\"", StringComparison.Ordinal))
            await RemoveAsync(disk, name);
        await AddAsync(disk, name);
    }

    /// <summary>What qemu-img tells of the image.</summary>
    internal async Task<string> DescribeAsync(string disk) => (await Tool.RunAsync(
        "qemu-img", ["info", "--output=json", PathOf(disk)], TestContext.Current.CancellationToken)).Value;

    /// <summary>The same of an image that somebody has open.</summary>
    internal async Task<string> DescribeSharedAsync(string disk) => (await Tool.RunAsync(
        "qemu-img", ["info", "-U", "--output=json", PathOf(disk)], TestContext.Current.CancellationToken)).Value;

    internal string PathOf(string disk) => Path.Combine(guest.Directory, $"{disk}.qcow2");

    private async Task ChangeAsync(string disk, string name, params string[] options) => _ = (await Tool.RunAsync(
        "qemu-img", ["bitmap", .. options, "-f", "qcow2", PathOf(disk), name],
        TestContext.Current.CancellationToken)).Value;
}
