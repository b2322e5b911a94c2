using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Checkpoints;

/// <summary>Reads what a list shows of a checkpoint out of libvirt's description.</summary>
internal static class CheckpointReader
{
    internal static async Task<CheckpointSummary> ReadAsync(
        DomainCheckpoint checkpoint, bool withSize, CancellationToken cancellationToken)
    {
        const VirDomainCheckpointXMLFlags plain = VirDomainCheckpointXMLFlags.NoDomain;
        string? xml = null;
        try
        {
            if (withSize)
            {
                xml = await checkpoint.GetXmlAsync(plain | VirDomainCheckpointXMLFlags.Size, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        catch (LibvirtException e) when (e.Code is VirErrorNumber.OperationInvalid or VirErrorNumber.OperationTimeout)
        {
            // The domain has just stopped, or another job keeps libvirt from asking QEMU: the list goes without sizes.
        }

        xml ??= await checkpoint.GetXmlAsync(plain, cancellationToken).ConfigureAwait(false);
        return Summarize(checkpoint.Name, DomainCheckpointXml.Parse(xml));
    }

    /// <summary>The summary of a description; disks that the checkpoint leaves out are left out here as well.</summary>
    internal static CheckpointSummary Summarize(string name, DomainCheckpointXml xml) => new(
        name,
        xml.Parent?.Value,
        xml.CreationTime ?? DateTimeOffset.UnixEpoch,
        [
            .. xml.Disks.Where(d => d.Checkpoint != CheckpointDiskMode.No)
                .Select(d => new CheckpointDisk(d.Name.Value, d.Bitmap ?? name, d.SizeBytes)),
        ]);
}
