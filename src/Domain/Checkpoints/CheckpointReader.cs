using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Checkpoints;

/// <summary>Reads what a list shows of a checkpoint out of libvirt's description, without dirty bytes.</summary>
internal static class CheckpointReader
{
    /// <summary>Reads those of a list that are still there.</summary>
    internal static async Task<IReadOnlyList<CheckpointSummary>> ReadAllAsync(
        IReadOnlyList<DomainCheckpoint> checkpoints, CancellationToken cancellationToken)
    {
        var summaries = new List<CheckpointSummary>(checkpoints.Count);
        foreach (var checkpoint in checkpoints)
        {
            if (await TryReadAsync(checkpoint, cancellationToken).ConfigureAwait(false) is { } summary)
                summaries.Add(summary);
        }

        return summaries;
    }

    private static async Task<CheckpointSummary?> TryReadAsync(
        DomainCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        try
        {
            var xml = await checkpoint.GetXmlAsync(VirDomainCheckpointXMLFlags.NoDomain, cancellationToken)
                .ConfigureAwait(false);
            return Summarize(checkpoint.Name, DomainCheckpointXml.Parse(xml));
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.NoDomainCheckpoint)
        {
            return null;
        }
    }

    /// <summary>The summary of a description; disks that the checkpoint leaves out are left out here as well.</summary>
    private static CheckpointSummary Summarize(string name, DomainCheckpointXml xml) => new(
        name,
        xml.Parent?.Value,
        xml.CreationTime ?? DateTimeOffset.UnixEpoch,
        [
            .. xml.Disks.Where(disk => disk.Checkpoint != CheckpointDiskMode.No)
                .Select(disk => new CheckpointDisk(disk.Name.Value, disk.Bitmap ?? name, null)),
        ]);
}
