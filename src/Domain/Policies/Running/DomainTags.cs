using System.Xml;
using System.Xml.Linq;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Policies.Running;

/// <summary>
/// Tags that administrators give domains: <c>virsh metadata web1 --uri urn:lvbackup:tags --key lvb --set
/// '&lt;tags&gt;gold nightly&lt;/tags&gt;'</c>.
/// </summary>
internal static class DomainTags
{
    internal const string Namespace = "urn:lvbackup:tags";

    private static readonly char[] s_separators = [' ', ',', '\t', '\r', '\n'];

    /// <summary>The tags of a domain, as it is defined.</summary>
    internal static async Task<IReadOnlyList<string>> ReadAsync(
        LibvirtDomain domain, CancellationToken cancellationToken) =>
        await domain.GetMetadataAsync(VirDomainMetadataType.Element, Namespace, cancellationToken: cancellationToken)
            .ConfigureAwait(false) is { } xml ? Parse(xml) : [];

    internal static IReadOnlyList<string> Parse(string xml)
    {
        try
        {
            return XElement.Parse(xml).Value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
        }
        catch (XmlException)
        {
            return []; // somebody else's idea of tags
        }
    }
}
