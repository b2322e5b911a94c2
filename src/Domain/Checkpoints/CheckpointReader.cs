using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Checkpoints;

/// <summary>Reads what a list shows of the checkpoints of one domain out of libvirt's descriptions.</summary>
/// <param name="withSize">Whether to ask for dirty bytes; no more after the first time that libvirt cannot.</param>
internal sealed class CheckpointReader(bool withSize)
{
    private bool _withSize = withSize;

    internal async Task<CheckpointSummary> ReadAsync(
        DomainCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        const VirDomainCheckpointXMLFlags plain = VirDomainCheckpointXMLFlags.NoDomain;
        string? xml = null;
        try
        {
            if (_withSize)
            {
                xml = await checkpoint.GetXmlAsync(plain | VirDomainCheckpointXMLFlags.Size, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        catch (LibvirtException e) when (e.Code is VirErrorNumber.OperationInvalid or VirErrorNumber.OperationTimeout)
        {
            // The domain has just stopped, or another job keeps libvirt from asking QEMU: the list goes without sizes,
            // for libvirt would wait half a minute at each checkpoint.
            _withSize = false;
        }

        xml ??= await checkpoint.GetXmlAsync(plain, cancellationToken).ConfigureAwait(false);
        return Summarize(checkpoint.Name, DomainCheckpointXml.Parse(xml));
    }

    /// <summary>The summary of a description; disks that the checkpoint leaves out are left out here as well.</summary>
    private static CheckpointSummary Summarize(string name, DomainCheckpointXml xml) => new(
        name,
        xml.Parent?.Value,
        xml.CreationTime ?? DateTimeOffset.UnixEpoch,
        [
            .. xml.Disks.Where(d => d.Checkpoint != CheckpointDiskMode.No)
                .Select(d => new CheckpointDisk(d.Name.Value, d.Bitmap ?? name, d.SizeBytes)),
        ]);
}
