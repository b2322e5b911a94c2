using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Imports;

/// <summary>
/// Makes restore points. They have no checkpoint, so no backup ever builds on them; what they share with other points
/// is stored once.
/// </summary>
internal sealed class ImportedPointWriter(
    Repository repository, string track, string program, TimeProvider time, IProgress<ImportProgress>? progress)
{
    internal async Task<IReadOnlyList<ImportedPoint>> WriteAllAsync(
        IReadOnlyList<SourcePoint> points, IReadOnlyList<PointSummary> there, CancellationToken cancellationToken)
    {
        var done = new List<ImportedPoint>();
        string? before = null;
        var sequence = there.Where(point => point.Track == track).Select(point => point.Sequence).DefaultIfEmpty()
            .Max();
        foreach (var point in points)
        {
            var id = IdOf(point);
            if (there.Any(old => old.Id == id))
            {
                before = id;
                done.Add(new ImportedPoint(id, point.Origin, point.Domain, IsNew: false, 0, 0));
                continue;
            }

            var made = await WriteAsync(id, point, before, ++sequence, cancellationToken).ConfigureAwait(false);
            before = id;
            done.Add(new ImportedPoint(
                id, point.Origin, point.Domain, IsNew: true, made.Disks.Sum(disk => disk.ReadBytes),
                made.Disks.Sum(disk => disk.StoredBytes)));
        }

        return done;
    }

    /// <summary>The same each time: the point's time, and what it was made of.</summary>
    private static string IdOf(SourcePoint point)
    {
        var stamp = point.Time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var mark = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{point.DomainUuid}\n{point.Time.UtcTicks}\n{point.Origin}")));
        return $"{stamp}-{mark[..6]}";
    }

    private async Task<RestorePoint> WriteAsync(
        string id, SourcePoint point, string? beforeId, int sequence, CancellationToken cancellationToken)
    {
        var purpose = $"import of {point.Origin}";
        var writer = await repository.BeginWriteAsync(purpose, cancellationToken).ConfigureAwait(false);
        await using var closing = writer.ConfigureAwait(false);
        // What is taken over from the point before must stay; it was removed, perhaps, since it was imported.
        var held = new HeldPoint(repository, purpose);
        await using var releasing = held.ConfigureAwait(false);
        var before = beforeId is not null && await held.TryHoldAsync(beforeId, cancellationToken).ConfigureAwait(false)
            ? await repository.GetPointAsync(beforeId, cancellationToken).ConfigureAwait(false)
            : null;
        var disks = new List<RestorePointDisk>();
        foreach (var disk in point.Disks)
        {
            var parent = disk.TellsChanges ? before?.Disks.FirstOrDefault(one => one.Name == disk.Name) : null;
            disks.Add(await CopyAsync(point, disk, parent, writer, cancellationToken).ConfigureAwait(false));
        }

        var stored = new RestorePoint
        {
            Id = id,
            RepositoryId = repository.Id,
            Domain = point.Domain,
            DomainUuid = point.DomainUuid,
            Track = track,
            Generation = 1,
            Sequence = sequence,
            Level = BackupLevel.Copy,
            Reason = $"imported: {point.Origin}",
            Time = point.Time,
            Parent = null,
            Checkpoint = null,
            Quiesced = point.Quiesced,
            DomainXml = point.DomainXml,
            Disks = disks,
            Warnings = [],
            MadeBy = $"{program} (import)",
        };
        cancellationToken.ThrowIfCancellationRequested();
        await writer.FinishAsync(CancellationToken.None).ConfigureAwait(false);
        await held.RequireAsync(CancellationToken.None).ConfigureAwait(false);
        await repository.CommitAsync(stored, CancellationToken.None).ConfigureAwait(false);
        return stored;
    }

    private async Task<RestorePointDisk> CopyAsync(
        SourcePoint point, SourceDisk disk, RestorePointDisk? parent, BlobWriter writer,
        CancellationToken cancellationToken)
    {
        DiskCopyResult? result = null;
        await disk.ReadAsync(async source =>
        {
            result = await CopyAsync(source, parent).ConfigureAwait(false);
            // Somebody's bookkeeping was wrong: what it did not report is taken as it is.
            if (result.UnreportedBytes > 0) result = await CopyAsync(source, null).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        return new RestorePointDisk
        {
            Name = disk.Name,
            VirtualSizeBytes = result!.SizeBytes, // it was read
            Format = disk.Format,
            Level = BackupLevel.Copy,
            Reason = null,
            Root = result.Root.ToString(),
            DirtyMap = null,
            ReadBytes = result.ReadBytes,
            DirtyBytes = result.DirtyBytes,
            StoredBytes = result.StoredBytes,
        };

        Task<DiskCopyResult> CopyAsync(IDiskSource source, RestorePointDisk? parent) => new DiskCopier(
            source,
            parent is null ? null : repository.OpenMap(parent),
            repository.ChunkSizeBytes,
            writer,
            new RateLimiter(bytesPerSecond: null, time),
            (done, _) => progress?.Report(
                new ImportProgress(point.Origin, disk.Name, Math.Min(done, source.SizeBytes), source.SizeBytes)))
            .CopyAsync(cancellationToken);
    }
}
