using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using Xunit;
using static LibvirtBackup.Integration.Tests.Recovery.ExpectedFinding;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>A running guest with two disks that has one of every broken state; each track has one or two.</summary>
internal sealed class BrokenRunningGuest(BackupScene scene)
{
    private readonly GuestBitmaps _bitmaps = new(scene);
    private readonly Dictionary<string, string> _names = [];
    private string _other = "";

    /// <summary>The tracks, with the levels that their next backups must have on the two disks.</summary>
    private static readonly (string Track, BackupLevel First, BackupLevel Second)[] s_tracks =
    [
        ("one-missing", BackupLevel.Incremental, BackupLevel.Full),
        ("all-missing", BackupLevel.Full, BackupLevel.Full),
        ("inconsistent-dropped", BackupLevel.Full, BackupLevel.Full),
        ("disabled-transient", BackupLevel.Full, BackupLevel.Full),
        ("grain-shrunk", BackupLevel.Full, BackupLevel.Full),
        ("metadata-lost", BackupLevel.Incremental, BackupLevel.Incremental),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Forged(string track) => $"lvb.{scene.Repository.Id}.{track}.1.1.00ff9a";

    internal IReadOnlyList<ExpectedFinding> Findings =>
    [
        Healthy("vda", _names["one-missing"]), Missing("vdb", _names["one-missing"]),
        Missing("vda", _names["all-missing"]), Missing("vdb", _names["all-missing"]),
        Inconsistent("vda", _names["inconsistent-dropped"]), HalfRemoved("vdb", _names["inconsistent-dropped"]),
        Disabled("vda", _names["disabled-transient"]),
        Broken("vdb", _names["disabled-transient"], "transient",
            "it is not stored in the image, and would end with QEMU"),
        WrongGranularity("vda", _names["grain-shrunk"]),
        Broken("vdb", _names["grain-shrunk"], "shrunk",
            "changes are missing in it: it held 1048576 changed bytes when it was last seen, and holds 0 now"),
        MetadataLost("vda", _names["metadata-lost"]), MetadataLost("vdb", _names["metadata-lost"]),
        Orphan("vda", Forged("no-point")), Orphan("vdb", Forged("no-point")),
        Orphan("vdb", Forged("bitmap-only")),
        OtherRepository("vda", _other), OtherRepository("vdb", _other),
        Foreign("vda", "theirs"), Foreign("vdb", "manual"),
    ];

    internal async Task BreakAsync(string other)
    {
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, 2 * Units.MiB, seed: 1, Token);
        await new QemuIo(scene.Guest).WriteAsync("vdb", 0, 2 * Units.MiB, seed: 2, Token);
        foreach (var (track, _, _) in s_tracks)
            _names[track] = (await scene.BackUpAsync(request => request with { Track = track })).Checkpoint!;
        using (var repository = await Repository.OpenAsync(other, Token))
            _other = (await scene.BackUpIntoAsync(repository)).Checkpoint!;
        await MakeAllInconsistentAsync();
        string[] others = [Forged("no-point"), _other];
        foreach (var name in _names.Values.Except([_names["inconsistent-dropped"]]).Concat(others))
            await MakeAnewAsync(name);
        await scene.Guest.Host.Virsh.RunAsync(
            Token, "checkpoint-create-as", scene.Guest.Name, "theirs", "--diskspec", "vda");
        await _bitmaps.AddAsync("vdb", "manual", persistent: false);
        await _bitmaps.AddAsync("vdb", Forged("bitmap-only"));
        await new QemuIo(scene.Guest).WriteAsync("vda", 6 * Units.MiB, Units.MiB, seed: 3, Token);
        await new QemuIo(scene.Guest).WriteAsync("vdb", 6 * Units.MiB, Units.MiB, seed: 4, Token);

        // It remembers how much the bitmaps hold.
        await DoctorRun.StartAsync(scene);
        await MeddleAsync();
    }

    /// <summary>What is not ours: the checkpoints as libvirt has them, the bitmaps as QEMU has them.</summary>
    internal Task<string> DescribeOthersAsync() => _bitmaps.DescribeAsync(["theirs", _other], "manual");

    /// <summary>Only what was well, or only forgotten, is incremental.</summary>
    /// <param name="all">False for those tracks alone of which something is incremental.</param>
    internal async Task BackUpAsync(bool all)
    {
        foreach (var (track, first, second) in s_tracks.Where(t => all || t.First == BackupLevel.Incremental))
        {
            var report = await scene.BackUpAsync(request => request with { Track = track });
            Assert.Equal((track, first, second), (track, report.Disks[0].Level, report.Disks[1].Level));
        }
    }

    /// <summary>QEMU dies after it had opened images with the bitmaps in them.</summary>
    private async Task MakeAllInconsistentAsync()
    {
        await scene.Guest.Host.Virsh.RunAsync(Token, "destroy", scene.Guest.Name);
        await scene.Guest.StartPausedAsync(Token);
        await scene.Guest.Host.KillQemuAsync(scene.Guest.Name, Token);
        await scene.Guest.StartPausedAsync(Token);
    }

    /// <summary>Nothing was written since the points, so new and empty bitmaps are as good.</summary>
    private async Task MakeAnewAsync(string name)
    {
        var virsh = scene.Guest.Host.Virsh;
        await virsh.TryAsync(Token, "checkpoint-delete", scene.Guest.Name, name);
        await virsh.RunAsync(
            Token, "checkpoint-create-as", scene.Guest.Name, name, "--diskspec", "vda", "--diskspec", "vdb");
    }

    private async Task MeddleAsync()
    {
        await _bitmaps.RemoveAsync("vdb", _names["one-missing"]);
        await _bitmaps.RemoveAsync("vda", _names["all-missing"]);
        await _bitmaps.RemoveAsync("vdb", _names["all-missing"]);
        await _bitmaps.DisableAsync("vda", _names["disabled-transient"]);
        await _bitmaps.RemoveAsync("vdb", _names["disabled-transient"]);
        await _bitmaps.AddAsync("vdb", _names["disabled-transient"], persistent: false);
        await _bitmaps.RemoveAsync("vda", _names["grain-shrunk"]);
        await _bitmaps.AddAsync("vda", _names["grain-shrunk"], granularity: 4096);
        await _bitmaps.ClearAsync("vdb", _names["grain-shrunk"]);
        await scene.Guest.Host.Virsh.RunAsync(
            Token, "checkpoint-delete", scene.Guest.Name, _names["metadata-lost"], "--metadata");
        Journal.Open(await scene.GetDomainDirectoryAsync())
            .Append(new JournalRecord.DropBegun(_names["inconsistent-dropped"], "vdb"));
    }
}
