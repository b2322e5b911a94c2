using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups;

/// <summary>Makes the restore point's manifest from what was copied.</summary>
/// <param name="repository">Where the point goes.</param>
/// <param name="writer">The session that the dirty maps are added to.</param>
/// <param name="domain">The domain.</param>
/// <param name="definition">Its inactive definition, without secrets.</param>
/// <param name="track">The track.</param>
/// <param name="madeBy">Program and host versions, for people.</param>
internal sealed class ManifestBuilder(
    Repository repository, BlobWriter writer, LibvirtDomain domain, string definition, string track, string madeBy)
{
    internal async Task<RestorePoint> BuildAsync(
        string id,
        CapturedDisks captured,
        IReadOnlyList<string> warnings,
        CancellationToken cancellationToken)
    {
        var disks = new List<RestorePointDisk>();
        foreach (var (plan, result) in captured.Disks)
            disks.Add(await DescribeAsync(plan, result, cancellationToken).ConfigureAwait(false));
        return new RestorePoint
        {
            Id = id,
            RepositoryId = repository.Id,
            Domain = domain.Name,
            DomainUuid = domain.Uuid,
            Track = track,
            Generation = captured.Plan.Generation,
            Sequence = captured.Plan.Sequence,
            Level = captured.Plan.Level,
            Reason = captured.Plan.Reason,
            Time = captured.Time,
            Parent = captured.Plan.Base?.Id,
            Checkpoint = captured.Plan.NewCheckpoint,
            Quiesced = captured.Quiesced,
            DomainXml = definition,
            Disks = disks,
            Warnings = [.. warnings],
            MadeBy = madeBy,
        };
    }

    private async Task<RestorePointDisk> DescribeAsync(
        DiskPlan plan, DiskCopyResult result, CancellationToken cancellationToken)
    {
        string? dirtyMap = null;
        long mapBytes = 0;
        if (result.Dirty is { } dirty)
        {
            var (mapId, stored) = await writer.AddAsync(RangeSetFormat.Write(dirty), cancellationToken)
                .ConfigureAwait(false);
            (dirtyMap, mapBytes) = (mapId.ToString(), stored);
        }

        return new RestorePointDisk
        {
            Name = plan.Disk.Name,
            VirtualSizeBytes = result.SizeBytes,
            Format = plan.Disk.Format,
            Level = plan.Level,
            Reason = plan.Reason,
            Root = result.Root.ToString(),
            DirtyMap = dirtyMap,
            ReadBytes = result.ReadBytes,
            DirtyBytes = result.DirtyBytes,
            StoredBytes = result.StoredBytes + mapBytes,
        };
    }
}
