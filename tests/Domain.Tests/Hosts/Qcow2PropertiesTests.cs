using LibvirtBackup.Hosts;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Hosts;

/// <summary>What a header tells is what qemu-img tells of the image.</summary>
public sealed class Qcow2PropertiesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("compat=0.10")]
    [InlineData("compat=0.10,cluster_size=512")]
    [InlineData("compat=1.1")]
    [InlineData("compat=1.1,cluster_size=2M,lazy_refcounts=on")]
    [InlineData("compat=1.1,cluster_size=128k,extended_l2=on,refcount_bits=64")]
    [InlineData("compat=1.1,refcount_bits=1,compression_type=zstd")]
    [InlineData("compat=1.1,data_file={0}/data ä.raw,lazy_refcounts=on")]
    [InlineData("compat=1.1,data_file={0}/data.raw,data_file_raw=on")]
    [InlineData("compat=1.1,backing_file={0}/below ü.qcow2,backing_fmt=qcow2")]
    [InlineData("compat=0.10,backing_file={0}/below ü.qcow2,backing_fmt=qcow2")]
    public async Task The_header_tells_what_qemu_img_tells(string options)
    {
        using var directory = new TestDirectory();
        var image = directory.File("disk.qcow2");
        await RunAsync("create", "-q", "-f", "qcow2", directory.File("below ü.qcow2"), "8M");
        await RunAsync(
            "create", "-q", "-f", "qcow2", "-o", string.Format(null, options, directory.Path), image, "8M");
        if (!options.Contains("compat=0.10", StringComparison.Ordinal))
            await RunAsync("bitmap", "--add", "-f", "qcow2", image, "a bitmap");

        var told = await QemuImage.InspectSharedAsync(image, "qcow2", Token);

        Assert.Equal(told.Properties, Qcow2Properties.TryRead(image));
    }

    [Fact]
    public async Task Whatever_the_bytes_are_no_answer_comes_of_them_or_one_that_can_be_restored()
    {
        using var directory = new TestDirectory();
        var image = directory.File("disk.qcow2");
        await RunAsync(
            "create", "-q", "-f", "qcow2", "-o", $"data_file={directory.File("data.raw")}", image, "8M");
        var bytes = await File.ReadAllBytesAsync(image, Token);
        Assert.Null(Qcow2Properties.TryRead(directory.File("absent")));
        Assert.Null(Qcow2Properties.TryRead(directory.Path));
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var changed = bytes.AsSpan(0, random.Next(2) == 0 ? random.Next(1024) : 64 * Units.KiB).ToArray();
            for (var flips = random.Next(4); flips >= 0 && changed.Length > 0; flips--)
                changed[random.Next(Math.Min(changed.Length, 512))] = (byte)random.Next(256);
            await File.WriteAllBytesAsync(image, changed, Token);
            var read = Qcow2Properties.TryRead(image);
            Assert.InRange(read?.ClusterSizeBytes ?? 512, 512, 2 * Units.MiB);
            Assert.InRange(read?.RefcountBits ?? 1, 1, 64);
        }
    }

    private static async Task RunAsync(params string[] arguments)
    {
        var (exitCode, output, error) = await Tools.RunAsync("qemu-img", arguments);
        Assert.True(exitCode == 0, output + error);
    }
}
