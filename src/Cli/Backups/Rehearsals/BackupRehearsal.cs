using System.Text.Json;
using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;

namespace LibvirtBackup.Cli.Backups.Rehearsals;

/// <summary>
/// While libvirt is asked what there is, a second processor goes once through what comes after that, with a tiny disk
/// and a repository in memory. The runtime loads and compiles what is used for the first time; where nothing has
/// changed since the last point, that is most of a backup's time.
/// </summary>
internal static class BackupRehearsal
{
    private static readonly DateTimeOffset s_time = DateTimeOffset.UnixEpoch;

    private static readonly RepositoryConfig s_config = new()
    {
        Version = RepositoryConfig.CurrentVersion,
        Id = "00000000",
        ChunkSizeBytes = RepositoryOptions.MinimumChunkSizeBytes,
        CompressionLevel = 1,
        Encrypted = false,
        Created = s_time,
    };

    internal static void Begin()
    {
        // It touches nothing that the backup uses: should it fail, the backup is the slower, and no worse.
        if (Environment.ProcessorCount > 1) _ = Task.Run(() => RunAsync(CancellationToken.None));
    }

    /// <returns>What was planned, and the points that were taken in memory.</returns>
    internal static async Task<(BackupPlan Plan, IReadOnlyList<PointSummary> Points)> RunAsync(
        CancellationToken cancellationToken)
    {
        // In the order in which a backup comes to them.
        JournalFormat.Read(JournalFormat.Write(new JournalRecord.Seen("", "vda", 0, 0, "")));
        var store = new MemoryBlobStore();
        // Not as 'init' makes it, which takes room for the day on which the disk is full.
        await ConfigStore.WriteAsync(store, s_config, cancellationToken);
        using var repository = await Repository.OpenAsync(store, cancellationToken);
        var full = await TakeAsync(repository, parent: null, cancellationToken);
        var plan = await PlanRehearsal.RunAsync(repository, full.Id, cancellationToken);
        await TakeAsync(repository, full, cancellationToken);
        JsonSerializer.Serialize(BackupDocument.Of([Report(full)], []), CliJson.Documents.BackupDocument);
        return (plan, (await repository.ListPointsAsync(cancellationToken)).Points);
    }

    private static async Task<RestorePoint> TakeAsync(
        Repository repository, RestorePoint? parent, CancellationToken cancellationToken)
    {
        await using var writer = await repository.BeginWriteAsync("rehearsal", cancellationToken);
        await repository.ListPointsAsync(cancellationToken);
        var copier = new DiskCopier(
            new TinyDisk(),
            parent is null ? null : repository.OpenMap(parent.Disks[0]),
            repository.ChunkSizeBytes,
            writer,
            new RateLimiter(bytesPerSecond: null, TimeProvider.System),
            (_, _) => { });
        var point = Describe(repository, parent, await copier.CopyAsync(cancellationToken));
        await writer.FinishAsync(cancellationToken);
        await repository.CommitAsync(point, cancellationToken);
        return point;
    }

    private static RestorePoint Describe(Repository repository, RestorePoint? parent, DiskCopyResult disk) => new()
    {
        Id = parent is null ? "19700101T000000Z-000000" : "19700101T000001Z-000000",
        RepositoryId = repository.Id,
        Domain = "rehearsal",
        DomainUuid = Guid.Empty,
        Track = "default",
        Generation = 1,
        Sequence = parent is null ? 1 : 2,
        Level = parent is null ? BackupLevel.Full : BackupLevel.Incremental,
        Reason = null,
        Time = s_time,
        Parent = parent?.Id,
        Checkpoint = null,
        Quiesced = false,
        DomainXml = "",
        Disks =
        [
            new RestorePointDisk
            {
                Name = "vda",
                VirtualSizeBytes = disk.SizeBytes,
                Format = "qcow2",
                Layers = [new DiskLayer(PlanRehearsal.Image, FileId: null)],
                Level = parent is null ? BackupLevel.Full : BackupLevel.Incremental,
                Reason = null,
                Root = disk.Root.ToString(),
                DirtyMap = parent is null ? null : [],
                ReadBytes = disk.ReadBytes,
                DirtyBytes = disk.DirtyBytes,
                StoredBytes = disk.StoredBytes,
            },
        ],
        Warnings = [],
        MadeBy = "",
    };

    private static BackupReport Report(RestorePoint point) => new()
    {
        Point = point.Id,
        Domain = point.Domain,
        Track = point.Track,
        Level = point.Level,
        Reason = point.Reason,
        Checkpoint = point.Checkpoint,
        Parent = point.Parent,
        Consistency = PointConsistency.Crash,
        Disks = [],
        Warnings = [],
    };

    /// <summary>Four chunks, of which the first has changed.</summary>
    private sealed class TinyDisk : IDiskSource
    {
        public long SizeBytes => 4 * RepositoryOptions.MinimumChunkSizeBytes;

        public Task ReadMapAsync(ByteRange range, RangeSet zero, RangeSet? dirty, CancellationToken cancellationToken)
        {
            dirty?.Append(new ByteRange(0, RepositoryOptions.MinimumChunkSizeBytes));
            return Task.CompletedTask;
        }

        public async ValueTask ReadAsync(long offset, NativeBuffer target, CancellationToken cancellationToken)
        {
            await Task.Yield(); // as an answer that has to be waited for
            target.Span.Fill((byte)(offset / RepositoryOptions.MinimumChunkSizeBytes));
        }
    }
}
