using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Regressions;

/// <summary>
/// Holes that other programs have. D5, D8, D9 and D10 are held by tests elsewhere: run any by its trait, as in
/// <c>-trait Hole=D8</c>.
/// </summary>
public sealed class PeerHolesTests(SharedScene shared) : IClassFixture<SharedScene>
{
    private readonly BackupScene _scene = shared.Scene;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Hole", "D1")]
    public async Task D1_Zeroed_and_trimmed_blocks_do_not_come_back_with_their_old_content()
    {
        await WriteAsync(0, 4 * Units.MiB, seed: 1);
        await BackUpAsync("D1");
        await _scene.Guest.ZeroRangeAsync("vda", Units.MiB, 256 * Units.KiB, Token);
        await _scene.Guest.DiscardAsync("vda", 2 * Units.MiB, 256 * Units.KiB, Token);
        Assert.Equal(BackupLevel.Incremental, (await BackUpAsync("D1")).Level);
        await _scene.VerifyAllAsync();
    }

    [Fact]
    [Trait("Hole", "D2")]
    public async Task D2_After_a_failed_incremental_the_next_continues_from_the_last_point_that_exists()
    {
        await WriteAsync(0, 4 * Units.MiB, seed: 2);
        var full = await BackUpAsync("D2");
        await WriteAsync(Units.MiB, Units.MiB, seed: 3);
        await CancelAsync("D2", BackupLevel.Incremental);
        await WriteAsync(3 * Units.MiB, 256 * Units.KiB, seed: 4);
        var next = await BackUpAsync("D2");
        Assert.Equal((full.Point, BackupLevel.Incremental), (next.Parent, next.Level));
        await _scene.VerifyAllAsync();
    }

    [Fact]
    [Trait("Hole", "D3")]
    public async Task D3_A_point_of_the_domain_shut_off_replaces_no_point_of_the_running_one()
    {
        await WriteAsync(0, 4 * Units.MiB, seed: 5);
        await BackUpAsync("D3");
        await WriteAsync(Units.MiB, Units.MiB, seed: 6);
        var online = await BackUpAsync("D3");
        await WriteAsync(2 * Units.MiB, Units.MiB, seed: 7);
        await _scene.Guest.SyncAsync(Token);
        await _scene.Guest.Host.Virsh.RunAsync(Token, "destroy", _scene.Guest.Name);
        var offline = await BackUpAsync("D3");
        await _scene.Guest.BootAsync(Token);
        Assert.NotEqual(online.Point, offline.Point);
        await _scene.VerifyAllAsync();
    }

    [Fact]
    [Trait("Hole", "D4")]
    public async Task D4_Without_a_middle_point_later_ones_restore_and_without_its_data_they_fail()
    {
        await WriteAsync(0, 4 * Units.MiB, seed: 8);
        await OnlyAsync("D4");
        await WriteAsync(Units.MiB, Units.MiB, seed: 9);
        var middle = await OnlyAsync("D4");
        await WriteAsync(3 * Units.MiB, Units.MiB, seed: 10);
        var last = await BackUpAsync("D4");
        Assert.Equal(middle.Point, last.Parent);
        var copy = CopyRepository("d4");
        await _scene.Repository.ForgetAsync(middle.Point, Token);
        await _scene.VerifyAllAsync();

        foreach (var pack in Directory.EnumerateFiles(Path.Combine(copy, "packs"), "*", SearchOption.AllDirectories))
            File.Delete(pack);
        using var hollow = await Repository.OpenAsync(copy, Token);
        var directory = Path.Combine(_scene.Guest.Directory, "hollow");
        var e = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(hollow, last, directory));
        Assert.Equal(FailureKind.Integrity, e.Kind);
        Assert.Empty(Directory.EnumerateFiles(directory));
    }

    [Fact]
    [Trait("Hole", "D6")]
    public async Task D6_A_copy_of_the_repository_with_other_file_times_restores_the_same()
    {
        await WriteAsync(0, 4 * Units.MiB, seed: 11);
        await BackUpAsync("D6");
        await WriteAsync(Units.MiB, Units.MiB, seed: 12);
        var oracle = await _scene.CaptureOracleAsync();
        var point = await OnlyAsync("D6");
        var copy = CopyRepository("d6");
        var time = DateTime.UnixEpoch;
        foreach (var file in Directory.EnumerateFiles(copy, "*", SearchOption.AllDirectories).OrderDescending())
            File.SetLastWriteTimeUtc(file, time = time.AddDays(1));

        using var repository = await Repository.OpenAsync(copy, Token);
        var directory = Path.Combine(_scene.Guest.Directory, "reordered");
        await RestoreAsync(repository, point, directory);

        Assert.Null(await DiskOracle.CompareRawAsync(oracle["vda"], Path.Combine(directory, "vda.raw"), Token));
    }

    [Fact]
    [Trait("Hole", "D7")]
    public async Task D7_A_full_that_fails_has_removed_nothing_and_left_nothing()
    {
        await WriteAsync(0, 4 * Units.MiB, seed: 13);
        var full = await BackUpAsync("D7");
        await WriteAsync(Units.MiB, Units.MiB, seed: 14);
        await CancelAsync("D7", BackupLevel.Full);
        await _scene.AssertNothingLeftAsync();
        var next = await BackUpAsync("D7");
        Assert.Equal((full.Point, BackupLevel.Incremental), (next.Parent, next.Level));
        await _scene.VerifyAllAsync();
    }

    private Task WriteAsync(long offset, long length, int seed) =>
        _scene.Guest.WritePatternAsync("vda", offset, length, seed, Token);

    private Task<BackupReport> BackUpAsync(string track) =>
        _scene.BackUpAsync(request => request with { Track = track });

    private Task<BackupReport> OnlyAsync(string track) =>
        _scene.BackUpOnlyAsync(request => request with { Track = track });

    private async Task CancelAsync(string track, BackupLevel level)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var begun = new FirstReport();
        var backup = _scene.BackUpOnlyAsync(
            request => request with { Track = track, Level = level, RateLimitBytesPerSecond = 1 }, begun, cancel.Token);
        await begun.Reported;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => backup);
    }

    private static Task<RestoreReport> RestoreAsync(Repository repository, BackupReport point, string directory) =>
        new RestoreEngine().RestoreAsync(
            repository,
            new RestoreRequest { Point = point.Point, Directory = directory, Format = DiskFormat.Raw },
            null,
            Token);

    private string CopyRepository(string name)
    {
        var copy = Path.Combine(_scene.Guest.Directory, name);
        foreach (var file in Directory.EnumerateFiles(_scene.Repository.Location, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(_scene.Repository.Location, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }
}
