using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Backups.Sources;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Sources;

/// <summary>With real images.</summary>
public sealed class BuriedBaseTests
{
    private static readonly string[] s_images = ["top", "middle", "low"];

    [Fact]
    public async Task What_the_images_over_that_of_the_base_point_hold_was_written_since()
    {
        using var images = new TestDirectory();
        var (disk, buried) = await MakeAsync(images);
        var (written, whyNot) = await ReadAsync(disk, buried);
        Assert.Null(whyNot);
        // A write, a write of zeroes, and a discard; what the lowest holds is not among them.
        Assert.Equal(
            [new ByteRange(65536, 65536), new ByteRange(196608, 65536), new ByteRange(393216, 65536)], written!);
    }

    [Fact]
    public async Task Where_nothing_lies_over_it_nothing_is_added()
    {
        using var images = new TestDirectory();
        var (disk, _) = await MakeAsync(images);
        Assert.Equal((null, null), await ReadAsync(disk, null));
    }

    [Fact]
    public async Task Where_definition_and_images_do_not_tell_of_the_same_everything_is_read()
    {
        using var images = new TestDirectory();
        var (disk, buried) = await MakeAsync(images);
        var (_, other) = await ReadAsync(disk, new DiskLayer("/elsewhere", "1:1"));
        Assert.StartsWith("its images do not lead to '/elsewhere'", other, StringComparison.Ordinal);

        await Tools.SucceedAsync(
            "qemu-img", "rebase", "-u", "-F", "qcow2", "-b", Path.Combine(images.Path, "low"),
            Path.Combine(images.Path, "top"));
        var (_, shorter) = await ReadAsync(disk, buried);
        Assert.EndsWith("to which its images do not lead", shorter, StringComparison.Ordinal);

        File.Delete(Path.Combine(images.Path, "low"));
        var (_, gone) = await ReadAsync(disk, buried);
        Assert.StartsWith("the images over that of the base point cannot be looked at", gone, StringComparison.Ordinal);
    }

    private static Task<(RangeSet? Written, string? WhyNot)> ReadAsync(SelectedDisk disk, DiskLayer? buried) =>
        BuriedBase.ReadAsync(
            new DiskPlan
            {
                Disk = disk,
                Level = BackupLevel.Incremental,
                Reason = null,
                Parent = TestPoints.Disk("vda"),
                BuriedImage = buried,
            },
            TestContext.Current.CancellationToken);

    private static async Task<(SelectedDisk Disk, DiskLayer Buried)> MakeAsync(TestDirectory images)
    {
        string At(string name) => Path.Combine(images.Path, name);
        await Tools.SucceedAsync("qemu-img", "create", "-q", "-f", "qcow2", At("low"), "1M");
        await WriteAsync(At("low"), "write 0 128k");
        await Tools.SucceedAsync(
            "qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", At("low"), At("middle"));
        await WriteAsync(At("middle"), "write 64k 64k", "discard 384k 64k");
        await Tools.SucceedAsync(
            "qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", At("middle"), At("top"));
        await WriteAsync(At("top"), "write -z 192k 64k");
        var target = new DomainDisk
        {
            Target = DiskName.Parse("vda"),
            Source = new FileDiskSource { Path = At("top") },
            DriverType = ImageFormat.Qcow2,
        };
        var layers = s_images
            .SelectMany(name => DiskLayers.Of(target with { Source = new FileDiskSource { Path = At(name) } }))
            .ToList();
        return (new SelectedDisk { Disk = target, Untrackable = null, Layers = layers }, layers[2]);
    }

    private static Task<string> WriteAsync(string image, params string[] commands) => Tools.SucceedAsync(
        "qemu-io", ["-f", "qcow2", .. commands.SelectMany(command => (string[])["-c", command]), image]);
}
