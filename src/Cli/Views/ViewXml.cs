using System.Globalization;
using System.Xml.Linq;

namespace LibvirtBackup.Cli.Views;

/// <summary>A view in XML.</summary>
internal static class ViewXml
{
    internal static string Write(ViewEntry view) => new XElement(
        "domainview",
        new XElement("name", view.Name),
        new XElement("domain", new XElement("name", view.Domain), new XElement("uuid", view.DomainUuid)),
        new XElement("creationTime", view.Time.ToUnixTimeSeconds()),
        new XElement("state", view.State),
        view.Reason is null ? null : new XElement("reason", view.Reason),
        new XElement("scratch", new XAttribute("dir", view.ScratchDirectory)),
        new XElement("disks", view.Disks.Select(Write))).ToString();

    private static XElement Write(ViewDiskEntry disk) => new(
        "disk",
        new XAttribute("name", disk.Name),
        new XAttribute("size", Number(disk.VirtualSizeBytes)),
        new XElement(
            "scratch",
            disk.ScratchUsedBytes is { } used ? new XAttribute("used", Number(used)) : null,
            new XAttribute("limit", Number(disk.ScratchLimitBytes))),
        disk.Since.Select(checkpoint => new XElement("since", new XAttribute("checkpoint", checkpoint))));

    private static string Number(long bytes) => bytes.ToString(CultureInfo.InvariantCulture);
}
