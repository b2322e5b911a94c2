using LibvirtBackup.Hosts;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Hosts;

public sealed class ImageChainTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_image_tells_the_format_of_the_one_behind_it()
    {
        using var directory = new TestDirectory();
        var (guest, top) = await MakeAsync(directory, format: "raw");

        var chain = await ImageChain.InspectAsync(top, "qcow2", Token);

        // What a guest wrote to its raw disk is an image of another size; it stays what it was: bytes.
        Assert.Equal([(top, "qcow2"), (guest, "raw")], chain.Select(image => (image.FileName, image.Format)));
        Assert.Equal(Units.RoundUp(new FileInfo(guest).Length, 512), chain[1].VirtualSizeBytes);
    }

    [Fact]
    public async Task A_format_that_nobody_tells_is_not_guessed()
    {
        using var directory = new TestDirectory();
        var (guest, top) = await MakeAsync(directory, format: null);

        var failure = await Assert.ThrowsAsync<BackupException>(() => ImageChain.InspectAsync(top, "qcow2", Token));

        Assert.Contains($"qemu-img rebase -u -f qcow2 -b '{guest}' -F FORMAT '{top}'", failure.Message,
            StringComparison.Ordinal);
        var seen = new List<string>();
        await Assert.ThrowsAsync<BackupException>(async () =>
        {
            await foreach (var image in ImageChain.WalkAsync(top, "qcow2", Token)) seen.Add(image.Backing!.Path);
        });
        Assert.Equal([guest], seen);
    }

    [Fact]
    public async Task An_image_behind_itself_is_told()
    {
        using var directory = new TestDirectory();
        var (_, top) = await MakeAsync(directory, format: "raw");
        await RunAsync("rebase", "-u", "-f", "qcow2", "-b", top, "-F", "qcow2", top);

        var failure = await Assert.ThrowsAsync<BackupException>(() => ImageChain.InspectAsync(top, "qcow2", Token));

        Assert.Contains("lies behind itself", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A raw disk that begins as a guest liked it, and an image over it.</summary>
    private static async Task<(string Guest, string Top)> MakeAsync(TestDirectory directory, string? format)
    {
        var (guest, top) = (directory.File("guest.raw"), directory.File("top.qcow2"));
        await RunAsync("create", "-q", "-f", "qcow2", guest, "8M");
        await RunAsync("create", "-q", "-f", "qcow2", "-b", guest, "-F", format ?? "raw", top, "1M");
        if (format is null) BackingFormat.Forget(top);
        return (guest, top);
    }

    private static async Task RunAsync(params string[] arguments)
    {
        var (exitCode, output, error) = await Tools.RunAsync("qemu-img", arguments);
        Assert.True(exitCode == 0, output + error);
    }
}
