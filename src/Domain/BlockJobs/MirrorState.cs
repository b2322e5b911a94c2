using System.Xml.Linq;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.BlockJobs;

/// <summary>What a running domain's description says of a disk in a copy or an active commit.</summary>
internal static class MirrorState
{
    /// <summary>
    /// Whether everything is copied, and each write goes to both images: block job information alone shows that a
    /// moment too early.
    /// </summary>
    internal static async Task<bool> IsReadyAsync(
        LibvirtDomain domain, string disk, CancellationToken cancellationToken)
    {
        var xml = XDocument.Parse(
            await domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        return xml.Descendants("disk")
            .Where(element => (string?)element.Element("target")?.Attribute("dev") == disk)
            .Any(element => (string?)element.Element("mirror")?.Attribute("ready") == "yes");
    }
}
