using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups;

/// <summary>What libvirt knows of a domain's checkpoints.</summary>
internal static class DomainCheckpoints
{
    /// <summary>
    /// libvirt leaves out <c>size</c> for a bitmap that is missing or inconsistent, and for a domain that is shut off.
    /// </summary>
    internal static async Task<CheckpointProbe> ProbeAsync(
        LibvirtDomain domain, string name, CancellationToken cancellationToken)
    {
        try
        {
            using var checkpoint = await domain.LookupCheckpointAsync(name, cancellationToken).ConfigureAwait(false);
            var flags = VirDomainCheckpointXMLFlags.NoDomain | VirDomainCheckpointXMLFlags.Size;
            var xml = DomainCheckpointXml.Parse(
                await checkpoint.GetXmlAsync(flags, cancellationToken).ConfigureAwait(false));
            var dirty = xml.Disks.Where(disk => disk.Checkpoint == CheckpointDiskMode.Bitmap)
                .ToDictionary(disk => disk.Name.Value, disk => disk.SizeBytes, StringComparer.Ordinal);
            return new CheckpointProbe(name, Exists: true, dirty);
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.NoDomainCheckpoint)
        {
            return new CheckpointProbe(name, Exists: false, new Dictionary<string, long?>(StringComparer.Ordinal));
        }
    }
}
