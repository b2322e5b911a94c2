using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using Xunit;
using static LibvirtBackup.Integration.Tests.Recovery.ExpectedFinding;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>
/// A guest with two disks whose QEMU was killed in the middle of a backup, with lvbackup, and that is shut off since:
/// it has one of every state that an image can have.
/// </summary>
internal sealed class BrokenStoredGuest(BackupScene scene)
{
    private readonly GuestBitmaps _bitmaps = new(scene);
    private readonly ImageBitmaps _images = new(scene.Guest);
    private readonly Dictionary<string, string> _names = [];
    private string _other = "";
    private string _point = "";
    private string _cut = "";

    private static readonly (string Track, BackupLevel First, BackupLevel Second)[] s_tracks =
    [
        ("one-missing", BackupLevel.Incremental, BackupLevel.Full),
        ("all-missing", BackupLevel.Full, BackupLevel.Full),
        ("inconsistent", BackupLevel.Full, BackupLevel.Full),
        ("disabled-grain", BackupLevel.Full, BackupLevel.Full),
        ("metadata-lost", BackupLevel.Incremental, BackupLevel.Incremental),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Forged(string track) => $"lvb.{scene.Repository.Id}.{track}.1.1.00ff9a";

    internal IReadOnlyList<ExpectedFinding> Findings => [.. Lasting, Unfinished("vda"), Unfinished("vdb")];

    /// <summary>Without what the end of the interrupted backup takes along.</summary>
    internal IReadOnlyList<ExpectedFinding> Lasting =>
    [
        new("-", "-", "frozen-guest", "remove-record",
            "an interrupted backup left a record that the guest may be frozen; the guest has ended since, and the "
            + "freeze with it"),
        new("-", _cut, "interrupted-job", "end-job",
            $"a backup (point {_point}) was interrupted, and its job, scratch images or checkpoint may be left; the "
            + "next backup deals with them too"),
        Healthy("vda", _names["one-missing"]), Missing("vdb", _names["one-missing"]),
        Missing("vda", _names["all-missing"]), Missing("vdb", _names["all-missing"]),
        Inconsistent("vda", _names["inconsistent"]), Inconsistent("vdb", _names["inconsistent"]),
        Disabled("vda", _names["disabled-grain"]), WrongGranularity("vdb", _names["disabled-grain"]),
        MetadataLost("vda", _names["metadata-lost"]), MetadataLost("vdb", _names["metadata-lost"]),
        Orphan("vda", Forged("no-point")), Orphan("vdb", Forged("no-point")),
        Orphan("vdb", Forged("bitmap-only")),
        OtherRepository("vda", _other), OtherRepository("vdb", _other),
        Foreign("vda", "theirs"), Foreign("vdb", "manual"),
    ];

    internal async Task BreakAsync(string other)
    {
        var virsh = scene.Guest.Host.Virsh;
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, 4 * Units.MiB, seed: 1, Token);
        await new QemuIo(scene.Guest).WriteAsync("vdb", 0, 2 * Units.MiB, seed: 2, Token);
        foreach (var (track, _, _) in s_tracks)
            _names[track] = (await scene.BackUpAsync(request => request with { Track = track })).Checkpoint!;
        using (var repository = await Repository.OpenAsync(other, Token))
            _other = (await scene.BackUpIntoAsync(repository)).Checkpoint!;
        await virsh.RunAsync(Token, "checkpoint-create-as", scene.Guest.Name, "theirs", "--diskspec", "vda");
        await virsh.RunAsync(Token, "destroy", scene.Guest.Name);
        await scene.Guest.StartPausedAsync(Token);
        await KillAllAsync();
        await virsh.RunAsync(
            Token, "checkpoint-delete", scene.Guest.Name, _names["metadata-lost"], "--metadata");
        await ForgeAsync();
        await MeddleAsync();
    }

    /// <summary>What is not ours: the checkpoints as libvirt has them, the bitmaps as the images have them.</summary>
    internal Task<string> DescribeOthersAsync() => _bitmaps.DescribeAsync(["theirs", _other], "manual");

    /// <summary>First as it is, then running; only what was well, or only forgotten, is incremental.</summary>
    /// <param name="all">False for those tracks alone of which something is incremental.</param>
    internal async Task BackUpAsync(bool all)
    {
        var stored = await scene.BackUpAsync(request => request with { Track = "metadata-lost" });
        Assert.All(stored.Disks, disk => Assert.Equal(BackupLevel.Incremental, disk.Level));
        await scene.Guest.StartPausedAsync(Token);
        await new QemuIo(scene.Guest).WriteAsync("vda", 6 * Units.MiB, Units.MiB, seed: 3, Token);
        await new QemuIo(scene.Guest).WriteAsync("vdb", 6 * Units.MiB, Units.MiB, seed: 4, Token);
        foreach (var (track, first, second) in s_tracks.Where(t => all || t.First == BackupLevel.Incremental))
        {
            var report = await scene.BackUpAsync(request => request with { Track = track });
            Assert.Equal((track, first, second), (track, report.Disks[0].Level, report.Disks[1].Level));
        }
    }

    private ExpectedFinding Unfinished(string disk) => new(
        disk, _cut, "unfinished", "forget",
        "an interrupted backup made it, and its restore point was never completed; the disk is taken out of the "
        + "checkpoint");

    /// <summary>lvbackup in the middle of a copy, and then QEMU.</summary>
    private async Task KillAllAsync()
    {
        using var killed = LvbackupProcess.Start(
            scene, "backup", scene.Guest.Name, "--track", "cut", "--limit-rate", "256KiB");
        await killed.WaitForJobAsync(scene);
        await killed.SignalAsync("KILL");
        await killed.EndAsync();
        await scene.Guest.Host.KillQemuAsync(scene.Guest.Name, Token);
    }

    private async Task ForgeAsync()
    {
        var directory = await scene.GetDomainDirectoryAsync();
        var job = Journal.Open(directory).View.OpenJob!;
        (_point, _cut) = (job.Point, job.Checkpoint!);
        new FreezeLedger(directory).Write(new FreezeRecord
        {
            Id = Guid.NewGuid(),
            MountPoints = [],
            AskedAt = TimeProvider.System.GetUtcNow(),
            SettledAt = TimeProvider.System.GetUtcNow(),
            IsSettled = true,
        });
        var definition = Path.Combine(scene.Guest.Directory, "no-point.xml");
        await File.WriteAllTextAsync(
            definition,
            $"""
            <domaincheckpoint>
              <name>{Forged("no-point")}</name>
              <creationTime>1</creationTime>
              <disks><disk name='vda' checkpoint='bitmap'/><disk name='vdb' checkpoint='bitmap'/></disks>
            </domaincheckpoint>
            """,
            Token);
        await scene.Guest.Host.Virsh.RunAsync(
            Token, "checkpoint-create", scene.Guest.Name, definition, "--redefine");
    }

    private async Task MeddleAsync()
    {
        foreach (var disk in (string[])["vda", "vdb"])
        {
            await _images.RemoveAsync(disk, _names["all-missing"]);
            await _images.MakeAnewAsync(disk, _names["metadata-lost"]);
            await _images.AddAsync(disk, Forged("no-point"));
        }

        await _images.MakeAnewAsync("vda", _names["one-missing"]);
        await _images.RemoveAsync("vdb", _names["one-missing"]);
        await _images.MakeAnewAsync("vda", _names["disabled-grain"]);
        await _images.DisableAsync("vda", _names["disabled-grain"]);
        await _images.RemoveAsync("vdb", _names["disabled-grain"]);
        await _images.AddAsync("vdb", _names["disabled-grain"], granularity: 4096);
        await _images.AddAsync("vdb", Forged("bitmap-only"));
        await _images.AddAsync("vdb", "manual");
    }
}
