using LibvirtBackup.Views;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Views;

public sealed class ScratchSpaceTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(512)]
    [InlineData(64 * Units.MiB)]
    [InlineData(5 * Units.GiB + 512)]
    public async Task An_image_for_a_whole_disk_is_never_larger_than_was_reckoned(long diskBytes)
    {
        // Preallocated it has all tables and clusters that it will ever have; here without taking the space.
        var path = Path.Combine(_directory.Path, "whole");
        await Tools.SucceedAsync(
            "qemu-img", "create", "-q", "-f", "qcow2", "-o", "preallocation=metadata", path, $"{diskBytes}");

        Assert.InRange(new FileInfo(path).Length, diskBytes, ScratchSpace.MostFor(diskBytes));
    }

    [Fact]
    public void Unless_told_otherwise_all_disks_together_take_half_of_what_is_free_and_never_nothing()
    {
        Assert.Equal(250 * Units.MiB, ScratchSpace.DefaultLimit(1000 * Units.MiB, disks: 2));
        Assert.Equal(Units.MiB, ScratchSpace.DefaultLimit(0, disks: 2));
    }

    [Fact]
    public async Task An_image_that_may_run_full_takes_nothing_before_and_one_that_may_not_takes_all()
    {
        var disk = new ViewDisk { Name = "vda", SizeBytes = 8 * Units.MiB, LimitBytes = 16 * Units.MiB, Since = [] };
        var (sparse, whole) = (Path.Combine(_directory.Path, "sparse"), Path.Combine(_directory.Path, "whole"));

        await ScratchSpace.CreateAsync(sparse, disk, isWhole: false, owner: null, Token);
        await ScratchSpace.CreateAsync(whole, disk, isWhole: true, owner: null, Token);

        Assert.Equal((disk.LimitBytes, disk.LimitBytes), (new FileInfo(sparse).Length, new FileInfo(whole).Length));
        Assert.InRange(await TakenAsync(sparse), 1, Units.MiB);
        Assert.InRange(await TakenAsync(whole), disk.SizeBytes, disk.LimitBytes);
    }

    [Fact]
    public async Task A_limit_that_does_not_even_hold_an_empty_image_is_refused()
    {
        var disk = new ViewDisk { Name = "vda", SizeBytes = 8 * Units.MiB, LimitBytes = 4096, Since = [] };

        var refused = await Assert.ThrowsAsync<BackupException>(() => ScratchSpace.CreateAsync(
            Path.Combine(_directory.Path, "vda"), disk, isWhole: false, owner: null, Token));

        Assert.Contains("give a larger --scratch-limit", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<long> TakenAsync(string path) => 512 * long.Parse(
        await Tools.SucceedAsync("stat", "-c", "%b", path), System.Globalization.CultureInfo.InvariantCulture);
}
