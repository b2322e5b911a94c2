using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Recovery;

/// <summary>A domain of a real libvirt.</summary>
internal sealed class LibvirtTrackedDomain(LibvirtDomain domain) : ITrackedDomain
{
    private readonly StoredRemoval _stored = new(domain);

    /// <inheritdoc/>
    public Task<bool> IsRunningAsync(CancellationToken cancellationToken) => domain.IsActiveAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TrackedDisk>> ListDisksAsync(CancellationToken cancellationToken)
    {
        var xml = DomainXml.Parse(await domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        var disks = new List<TrackedDisk>();
        foreach (var disk in DiskSelection.SelectTrackable(xml))
            disks.Add(new TrackedDisk(disk, await SizeOfAsync(disk, cancellationToken).ConfigureAwait(false)));
        return disks;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListCheckpointsAsync(CancellationToken cancellationToken)
    {
        var checkpoints = await domain.ListCheckpointsAsync(cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var names = checkpoints.Select(checkpoint => checkpoint.Name).ToList();
        foreach (var checkpoint in checkpoints) checkpoint.Dispose();
        return names;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TrackedCheckpoint>> ReadCheckpointsAsync(
        IReadOnlyList<string> names, bool withSizes, CancellationToken cancellationToken)
    {
        var described = new List<(TrackedCheckpoint Checkpoint, IReadOnlyList<BitmapOnDisk> Bitmaps)>();
        foreach (var name in names)
        {
            if (await TryDescribeAsync(name, cancellationToken).ConfigureAwait(false) is { } one) described.Add(one);
        }

        if (!withSizes || described.Count == 0) return [.. described.Select(one => one.Checkpoint)];
        var counts = await DirtyBytes
            .ReadAsync(domain, [.. described.SelectMany(one => one.Bitmaps)], cancellationToken).ConfigureAwait(false);
        return
        [
            .. described.Select(one => one.Checkpoint with
            {
                Disks = one.Bitmaps.ToDictionary(
                    bitmap => bitmap.Disk, bitmap => counts[bitmap], StringComparer.Ordinal),
            }),
        ];
    }

    /// <inheritdoc/>
    public async Task<bool> TryRedefineAsync(
        TrackedCheckpoint checkpoint, bool validate, CancellationToken cancellationToken)
    {
        var xml = new DomainCheckpointXml
        {
            Name = CheckpointName.Parse(checkpoint.Name),
            Description = checkpoint.Description,
            CreationTime = checkpoint.Created,
            Disks = [.. checkpoint.Disks.Keys.Select(disk => new DomainCheckpointDisk
            {
                Name = DiskName.Parse(disk),
                Checkpoint = CheckpointDiskMode.Bitmap,
            })],
        };
        var flags = VirDomainCheckpointCreateFlags.Redefine;
        if (validate) flags |= VirDomainCheckpointCreateFlags.RedefineValidate;
        try
        {
            using var made = await domain.CreateCheckpointAsync(xml.ToXml(), flags, cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.CheckpointInconsistent)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryDeleteAsync(string name, CancellationToken cancellationToken)
    {
        using var checkpoint = await domain.FindCheckpointAsync(name, cancellationToken).ConfigureAwait(false);
        if (checkpoint is null) return true;
        try
        {
            await checkpoint.DeleteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.InternalError)
        {
            // "bitmap ... not found in backing chain" has no code of its own (libvirt 9.0 to 12.8).
            return false;
        }
    }

    /// <inheritdoc/>
    public Task RemoveStoredAsync(string name, string disk, CancellationToken cancellationToken) =>
        _stored.RemoveAsync(name, disk, cancellationToken);

    /// <inheritdoc/>
    public async Task ForgetAsync(string name, CancellationToken cancellationToken)
    {
        using var checkpoint = await domain.FindCheckpointAsync(name, cancellationToken).ConfigureAwait(false);
        if (checkpoint is null) return;
        await checkpoint.DeleteAsync(VirDomainCheckpointDeleteFlags.MetadataOnly, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<BitmapInventory> ReadBitmapsAsync(CancellationToken cancellationToken) =>
        BitmapReader.ReadAsync(domain, cancellationToken);

    private async Task<(TrackedCheckpoint Checkpoint, IReadOnlyList<BitmapOnDisk> Bitmaps)?> TryDescribeAsync(
        string name, CancellationToken cancellationToken)
    {
        using var checkpoint = await domain.FindCheckpointAsync(name, cancellationToken).ConfigureAwait(false);
        if (checkpoint is null) return null;
        var xml = DomainCheckpointXml.Parse(await checkpoint
            .GetXmlAsync(VirDomainCheckpointXMLFlags.NoDomain, cancellationToken).ConfigureAwait(false));
        var bitmaps = xml.Disks.Where(disk => disk.Checkpoint == CheckpointDiskMode.Bitmap)
            .Select(disk => new BitmapOnDisk(disk.Name.Value, disk.Bitmap ?? name)).ToList();
        var plain = new TrackedCheckpoint(
            name,
            xml.CreationTime ?? DateTimeOffset.UnixEpoch,
            xml.Description ?? "",
            bitmaps.ToDictionary(bitmap => bitmap.Disk, _ => (long?)null, StringComparer.Ordinal));
        return (plain, bitmaps);
    }

    private async Task<long?> SizeOfAsync(string disk, CancellationToken cancellationToken)
    {
        try
        {
            return (await domain.GetBlockInfoAsync(disk, cancellationToken).ConfigureAwait(false)).Capacity;
        }
        catch (LibvirtException)
        {
            // An image that is away, while the domain is shut off.
            return null;
        }
    }
}
