using System.Security;
using System.Text;

namespace LibvirtBackup.Checkpoints;

/// <summary>A checkpoint to be made.</summary>
public sealed record CheckpointDefinition
{
    /// <summary>
    /// The name, or null for libvirt's choice: the seconds since 1970, which collide within a second.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>Free text, or null.</summary>
    public string? Description { get; init; }

    /// <summary>
    /// What to do with each disk, or empty for all that can be written to; that fails when one is raw.
    /// </summary>
    public IReadOnlyList<CheckpointDiskSpec> Disks { get; init; } = [];

    /// <summary>The <c>&lt;domaincheckpoint&gt;</c> document, laid out as virsh does.</summary>
    public string ToXml()
    {
        var xml = new StringBuilder("<domaincheckpoint>\n");
        Element(xml, "name", Name);
        Element(xml, "description", Description);
        if (Disks.Count > 0)
        {
            xml.Append("  <disks>\n");
            foreach (var disk in Disks)
            {
                xml.Append("    <disk");
                Attribute(xml, "name", disk.Disk);
                Attribute(xml, "checkpoint", disk.Mode);
                Attribute(xml, "bitmap", disk.Bitmap);
                xml.Append("/>\n");
            }

            xml.Append("  </disks>\n");
        }

        return xml.Append("</domaincheckpoint>\n").ToString();
    }

    private static void Element(StringBuilder xml, string name, string? value)
    {
        if (value is not null)
            xml.Append($"  <{name}>{SecurityElement.Escape(value)}</{name}>\n");
    }

    private static void Attribute(StringBuilder xml, string name, string? value)
    {
        if (value is not null)
            xml.Append($" {name}='{SecurityElement.Escape(value)}'");
    }
}
