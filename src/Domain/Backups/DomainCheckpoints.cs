using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups;

/// <summary>What libvirt knows of a domain's checkpoints.</summary>
internal static class DomainCheckpoints
{
    /// <summary>
    /// Looks at a checkpoint of a running domain: libvirt leaves out <c>size</c> for a bitmap that is missing or
    /// inconsistent.
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
            var disks = xml.Disks.Where(disk => disk.Checkpoint == CheckpointDiskMode.Bitmap)
                .ToDictionary(disk => disk.Name.Value, disk => disk.SizeBytes is not null, StringComparer.Ordinal);
            return new CheckpointProbe(name, Exists: true, disks)
            {
                SeededImages = SeededImages.Read(xml.Description),
            };
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.NoDomainCheckpoint)
        {
            return new CheckpointProbe(name, Exists: false, new Dictionary<string, bool>(StringComparer.Ordinal));
        }
    }
}
