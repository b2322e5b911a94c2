using System.Xml.Linq;

namespace LibvirtBackup.BlockJobs;

/// <summary>Where a copy goes, as libvirt wants it described.</summary>
internal static class CopyTarget
{
    internal static string Describe(BlockJobRequest.Copy copy)
    {
        var isDevice = copy.Destination.StartsWith("/dev/", StringComparison.Ordinal);
        return new XElement(
            "disk",
            new XAttribute("type", isDevice ? "block" : "file"),
            new XElement("source", new XAttribute(isDevice ? "dev" : "file", copy.Destination)),
            new XElement("driver", new XAttribute("type", copy.Format))).ToString();
    }
}
