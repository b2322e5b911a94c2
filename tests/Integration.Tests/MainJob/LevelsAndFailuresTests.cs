using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>
/// After QEMU's iotest 257: every way of taking a point, with a failure before the data, in the middle of it, and at
/// the commit. The next point of the same way must hold what was written before and after the failure.
/// </summary>
public sealed class LevelsAndFailuresTests(ITestOutputHelper output)
{
    private const long Size = 8 * Units.MiB;

    private static readonly string[] s_ways =
        ["auto", "full", "incremental", "differential", "copy", "since", "no checkpoint"];

    private static readonly string[] s_failures = ["before the data", "in the middle", "at commit"];

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task After_any_failure_of_any_level_the_next_backup_covers_the_gap(string suite)
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync(suite), new LabDisk(Size));
        await scene.Guest.WritePatternAsync("vda", 0, 6 * Units.MiB, seed: 1, Token);
        var newest = await scene.BackUpAsync();
        var (full, seed) = (newest, 2);
        foreach (var way in s_ways)
        {
            foreach (var failure in s_failures)
            {
                await WriteAsync(scene, seed++);
                await FailAsync(scene, request => Ask(request, way, full), failure);
                await scene.AssertNothingLeftAsync();
                await WriteAsync(scene, seed++);

                var report = await scene.BackUpAsync(request => Ask(request, way, full));

                Assert.Equal(Done(way), report.Level);
                Assert.Equal(way is "full" or "copy" ? null : (way is "differential" or "since" ? full : newest).Point,
                    report.Parent);
                if (report.Level == BackupLevel.Full) full = report;
                if (report.Checkpoint is not null) newest = report;
            }
        }

        await scene.VerifyAllAsync();
        output.WriteLine($"{suite}: {s_ways.Length * s_failures.Length} failures, each gap covered");
    }

    private static BackupRequest Ask(BackupRequest request, string way, BackupReport full) => way switch
    {
        "since" => request with { Since = full.Checkpoint },
        "no checkpoint" => request with { NoCheckpoint = true, Level = BackupLevel.Incremental },
        _ => request with { Level = Enum.Parse<BackupLevel>(way, ignoreCase: true) },
    };

    private static BackupLevel Done(string way) => way switch
    {
        "full" => BackupLevel.Full,
        "copy" => BackupLevel.Copy,
        "differential" => BackupLevel.Differential,
        _ => BackupLevel.Incremental,
    };

    private static async Task FailAsync(
        BackupScene scene, Func<BackupRequest, BackupRequest> ask, string failure)
    {
        if (failure == "at commit")
        {
            using var store = new FailingStore(new DirectoryBlobStore(scene.Repository.Location), "points/");
            using var repository = await Repository.OpenAsync(store, Token);
            var e = await Assert.ThrowsAsync<BackupException>(() => scene.BackUpIntoAsync(repository, ask));
            Assert.Contains("the next backup covers the gap", e.Message, StringComparison.Ordinal);
            Assert.True(store.HasFailed);
            return;
        }

        // All requests but the first wait for their turn.
        var rate = failure == "in the middle" ? Units.MiB : 1;
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var begun = new FirstReport();
        var backup = scene.BackUpOnlyAsync(
            request => ask(request) with { RateLimitBytesPerSecond = rate }, begun, cancel.Token);
        if (failure == "in the middle")
        {
            Assert.Same(begun.Reported, await Task.WhenAny(begun.Reported, backup));
            await scene.Guest.Host.Virsh.RunAsync(Token, "domjobabort", scene.Guest.Name);
            await Assert.ThrowsAsync<BackupException>(() => backup);
        }
        else
        {
            while (!Directory.Exists(Jobs(scene))
                || !Directory.EnumerateFiles(Jobs(scene), "nbd.sock", SearchOption.AllDirectories).Any())
            {
                Assert.False(backup.IsCompleted, "the backup was over before its job was seen");
                await Task.Delay(5, Token);
            }

            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => backup);
        }
    }

    private static string Jobs(BackupScene scene) => Path.Combine(scene.StateDirectory, "jobs");

    /// <summary>Writes what each round overwrites, and discards what no other does: in one call of the guest.</summary>
    private static async Task WriteAsync(BackupScene scene, int seed)
    {
        var (offset, length) = (4 * Units.MiB, 320 * Units.KiB);
        var written = await scene.Guest.RunAsync(
            $"{SectorPattern.Command(offset, length, seed)} | dd of=/dev/vda bs=64k iflag=fullblock seek={offset}"
            + " oflag=seek_bytes conv=notrunc,fsync status=none"
            + $" && blkdiscard -f -o {seed * 64 * Units.KiB} -l {64 * Units.KiB} /dev/vda",
            Token);
        _ = written.Value; // fails unless the command succeeded
    }
}
