using System.Globalization;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>
/// A guest that is migrated while it writes, between two libvirtd that see the same images. QEMU hands the bitmaps
/// over; libvirt forgets the checkpoints, and what the other host remembers of them grows old meanwhile.
/// </summary>
public sealed class MigratedGuestTests(ITestOutputHelper output)
{
    private const long Size = 32 * Units.MiB;

    /// <summary>In the first 4 MiB.</summary>
    private const string WriteForEver =
        "(i=0; while :; do i=$((i + 7)); usleep 10000; dd if=/dev/urandom of=/dev/vda bs=64k count=1"
        + " seek=$((i % 64)) conv=notrunc,fsync status=none; done) >/dev/null 2>&1 &";

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Backups_stay_incremental_there_and_back_again(string suite)
    {
        var away = await LabHost.StartPrivateAsync(suite);
        await using var endingAway = away;
        var home = await LabHost.StartBesideAsync(away);
        await using var endingHome = home;
        await using var scene = await BackupScene.StartAsync(home, new LabDisk(Size), new LabDisk(Size));
        await scene.Guest.WritePatternAsync("vdb", 0, 2 * Units.MiB, seed: 1, Token);
        _ = (await scene.Guest.RunAsync(WriteForEver, Token)).Value;
        await WaitForWritesAsync(scene);
        await BackUpAsync(scene, BackupLevel.Full, isTold: false);
        await BackUpAsync(scene, BackupLevel.Incremental, isTold: false);

        // Undefined where it came from; the files of its checkpoints' descriptions stay there.
        await MigrateAsync(scene, away, "state-away", "--undefinesource");
        await BackUpAsync(scene, BackupLevel.Incremental, isTold: true);
        await BackUpAsync(scene, BackupLevel.Incremental, isTold: false);

        // Back, with another journal than wrote the last points; the other host keeps definition and checkpoints.
        await MigrateAsync(scene, home, "state");
        await BackUpAsync(scene, BackupLevel.Incremental, isTold: true);

        // To the host that still knows checkpoints whose bitmaps are gone by now.
        await MigrateAsync(scene, away, "state-away");
        await BackUpAsync(scene, BackupLevel.Incremental, isTold: true);

        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
        Assert.Equal(0, (await DoctorRun.StartAsync(scene)).ExitCode);
    }

    private static async Task MigrateAsync(
        BackupScene scene, LabHost to, string stateDirectory, params string[] options)
    {
        var (guest, from) = (scene.Guest, scene.Guest.Host);
        var socket = Path.Combine(guest.Directory, "migration.sock");
        // --unsafe: the directory is no network file system, and libvirt does not know that both see it.
        await from.Virsh.RunAsync(
            Token,
            [
                "migrate", "--live", "--persistent", "--unsafe", .. options, guest.Name, to.ConnectionUri,
                "--migrateuri", $"unix://{socket}",
            ]);
        await scene.FollowAsync(to, stateDirectory);
        await WaitForWritesAsync(scene);
    }

    /// <summary>Until the guest has written to the disk in this QEMU, however slowly it is emulated.</summary>
    private static async Task WaitForWritesAsync(BackupScene scene)
    {
        Task<string> CountAsync() => scene.Guest.Host.Virsh.RunAsync(Token, "domblkstat", scene.Guest.Name, "vda");
        for (var before = await CountAsync(); Writes(await CountAsync()) <= Writes(before);)
            await Task.Delay(20, Token);

        static long Writes(string statistics) => long.Parse(
            statistics.Split('\n').Single(line => line.Contains(" wr_bytes ", StringComparison.Ordinal)).Split(' ')[^1],
            CultureInfo.InvariantCulture);
    }

    /// <summary>The guest stands still for the oracle and the backup only: it writes while it is migrated.</summary>
    private async Task BackUpAsync(BackupScene scene, BackupLevel level, bool isTold)
    {
        var (virsh, name) = (scene.Guest.Host.Virsh, scene.Guest.Name);
        await virsh.RunAsync(Token, "suspend", name);
        var report = await scene.BackUpAsync();
        await virsh.RunAsync(Token, "resume", name);
        output.WriteLine($"{scene.Guest.Host.Suite}: {report.Level}, dirty {string.Join(", ", report.Disks.Select(
            disk => disk.DirtyBytes))}: {string.Join("; ", report.Warnings)}");
        Assert.All(report.Disks, disk => Assert.Equal(level, disk.Level));
        Assert.Equal(
            isTold, report.Warnings.Any(line => line.Contains("had forgotten checkpoint", StringComparison.Ordinal)));
        if (isTold) Assert.InRange(report.Disks[0].DirtyBytes, 1, 8 * Units.MiB);
    }
}
