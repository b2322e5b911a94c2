using LibvirtBackup.Backups;
using LibvirtBackup.Domain.Tests.Recovery.Simulation;
using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery;

/// <summary>A simulated domain with two points, and what there is to reconcile.</summary>
internal sealed class ReconcilingScene : IDisposable
{
    internal const string Full = "lvb.here.default.1.1.00ff9a";
    internal const string Newest = "lvb.here.default.1.2.00ff9a";
    private static readonly Guid s_uuid = Guid.NewGuid();
    private readonly TestDirectory _directory = new();

    internal ReconcilingScene() => Journal = Journal.Open(_directory.Path);

    internal SimulatedDomain Domain { get; } = new("vda", "vdb");

    internal List<PointSummary> Points { get; } = [Point(1, Full), Point(2, Newest)];

    internal Journal Journal { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    /// <summary>What the next run finds.</summary>
    internal void ReopenJournal() => Journal = Journal.Open(_directory.Path);

    internal void AddBoth()
    {
        Domain.AddCheckpoint(Full, "vda", "vdb");
        Domain.AddCheckpoint(Newest, "vda", "vdb");
    }

    internal void Break(string disk, string name, string breakage)
    {
        var bitmap = Domain.Bitmap(disk, name);
        if (breakage == "removed") Domain.RemoveBitmap(disk, name);
        if (breakage == "inconsistent") bitmap.Inconsistent = true;
        if (breakage == "disabled") bitmap.Recording = false;
        if (breakage == "transient") bitmap.Persistent = false;
        if (breakage == "grain") bitmap.GranularityBytes = 4096;
    }

    internal Task<(Survey Before, Survey After, IReadOnlyList<string> Failures)> ReconcileAsync(bool closely) =>
        new TrackingReconciler(Domain, PointsOfDomain(), Journal).ReconcileAsync(closely, Token);

    internal PointsOfDomain PointsOfDomain() => new(
        "here", Points, new HashSet<string>(), s_uuid,
        (_, _) => Task.FromResult(TestPoints.Make(s_uuid, 1, BackupLevel.Full, Full) with
        {
            Disks = [ImageOf("vda"), ImageOf("vdb")],
        }));

    private static RestorePointDisk ImageOf(string disk) => TestPoints.Disk(disk) with
    {
        Image = new DiskImageProperties { ClusterSizeBytes = 64 * Units.KiB },
        Layers = [new DiskLayer($"/images/{disk}", "1")],
    };

    internal static PointSummary Point(int sequence, string checkpoint) => new()
    {
        Id = $"p{sequence}",
        RepositoryId = "here",
        Domain = "web",
        DomainUuid = s_uuid,
        Track = "default",
        Generation = 1,
        Sequence = sequence,
        Level = sequence == 1 ? BackupLevel.Full : BackupLevel.Incremental,
        Time = DateTimeOffset.UnixEpoch,
        Parent = null,
        Checkpoint = checkpoint,
        Disks = [new PointSummaryDisk("vda", Units.GiB), new PointSummaryDisk("vdb", Units.GiB)],
    };
}
