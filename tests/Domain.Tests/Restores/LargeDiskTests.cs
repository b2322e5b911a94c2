using LibvirtBackup.Extents;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Restores;

/// <summary>
/// Disks of more than one window of map leaves (4 GiB): room is taken for the long stretches of a window when data of
/// those before it is in the file already.
/// </summary>
public sealed class LargeDiskTests : IDisposable
{
    private const long Window = 4L << 30;

    private readonly RestoreScene _scene = new();

    [Theory]
    [InlineData(1, DiskFormat.Qcow2)]
    [InlineData(2, DiskFormat.Qcow2)]
    [InlineData(3, DiskFormat.Qcow2)]
    [InlineData(4, DiskFormat.Raw)]
    public async Task It_is_restored_whatever_lies_where(int seed, DiskFormat format)
    {
        var random = new Random(seed);
        var truth = _scene.File("truth");
        using var disk = new SparseDisk(truth, (3 * Window) + 512, [.. MakeData(random)]);
        using var repository = await _scene.CreateAsync();
        await RestoreScene.CommitAsync(repository, disk);

        var report = await RestoreScene.RestoreAsync(repository, _scene.Request(format));

        var name = format == DiskFormat.Raw ? "raw" : "qcow2";
        await Tools.SucceedAsync(
            "qemu-img", "compare", "-f", "raw", "-F", name, truth, Path.Combine(_scene.File("out"), $"vda.{name}"));
        if (format == DiskFormat.Qcow2)
            await Tools.SucceedAsync("qemu-img", "check", "-q", Path.Combine(_scene.File("out"), "vda.qcow2"));
        Assert.True(Assert.Single(report.Disks).Verified);
    }

    public void Dispose() => _scene.Dispose();

    /// <summary>Some 10 MiB in short pieces in each window, then a long piece in the middle of it.</summary>
    private static IEnumerable<ByteRange> MakeData(Random random)
    {
        for (var window = 0L; window < 3 * Window; window += Window)
        {
            var at = window;
            for (var i = 0; i < 100; i++)
            {
                at += random.Next(1, 256) * (long)RestoreScene.Cluster;
                var length = random.Next(1, 4) * (long)RestoreScene.Cluster;
                yield return new ByteRange(at, length);
                at += length;
            }

            yield return new ByteRange(window + (Window / 2), random.Next(64, 256) * (long)RestoreScene.Cluster);
        }
    }
}
