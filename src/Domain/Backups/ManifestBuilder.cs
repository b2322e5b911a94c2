using LibvirtBackup.Backups.Capturing;
using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Extents;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups;

/// <summary>Makes the restore point's manifest from what was captured.</summary>
/// <param name="context">The backup.</param>
/// <param name="writer">The session that the dirty maps are added to.</param>
/// <param name="domain">What the point has besides its disks.</param>
internal sealed class ManifestBuilder(BackupContext context, BlobWriter writer, CapturedDomain domain)
{
    internal async Task<RestorePoint> BuildAsync(
        string id,
        CapturedDisks captured,
        CancellationToken cancellationToken)
    {
        var disks = new List<RestorePointDisk>();
        foreach (var (plan, result) in captured.Disks)
            disks.Add(await DescribeAsync(plan, result, cancellationToken).ConfigureAwait(false));
        return new RestorePoint
        {
            Id = id,
            RepositoryId = context.Repository.Id,
            Domain = context.Domain.Name,
            DomainUuid = context.Domain.Uuid,
            Track = context.Request.Track,
            Generation = captured.Plan.Generation,
            Sequence = captured.Plan.Sequence,
            Level = captured.Plan.Level,
            Reason = captured.Plan.Reason,
            Time = captured.Time,
            Parent = captured.Plan.Base?.Id,
            Checkpoint = captured.Plan.NewCheckpoint,
            Quiesced = captured.Freeze is not null,
            Freeze = captured.Freeze,
            DomainXml = domain.DefinitionXml,
            HasSecrets = domain.HasSecrets,
            WasRunning = domain.WasRunning,
            Autostart = domain.Autostart,
            Disks = disks,
            Attachments = domain.Attachments,
            GuestInfo = domain.GuestInfo,
            Host = domain.Host,
            Timings = captured.Timings,
            Warnings = [.. context.Warnings],
            MadeBy = $"{context.Options.Program}, libvirt {context.Host.Libvirt}, QEMU {context.Host.Qemu}",
        };
    }

    private async Task<RestorePointDisk> DescribeAsync(
        DiskPlan plan, DiskCopyResult result, CancellationToken cancellationToken)
    {
        List<string>? dirtyMap = null;
        long mapBytes = 0;
        if (result.Dirty is { } dirty)
        {
            dirtyMap = [];
            foreach (var blob in RangeSetFormat.Write(dirty))
            {
                var (mapId, stored) = await writer.AddAsync(blob, cancellationToken).ConfigureAwait(false);
                dirtyMap.Add(mapId.ToString());
                mapBytes += stored;
            }
        }

        return new RestorePointDisk
        {
            Name = plan.Disk.Name,
            VirtualSizeBytes = result.SizeBytes,
            Format = plan.Disk.Format,
            Image = domain.Images.GetValueOrDefault(plan.Disk.Name),
            Layers = plan.Disk.Layers,
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
