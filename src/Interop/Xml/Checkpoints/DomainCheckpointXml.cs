using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>A <c>&lt;domaincheckpoint&gt;</c> document (libvirt 5.6.0 and later).</summary>
public sealed record DomainCheckpointXml
{
    private const string Root = "domaincheckpoint";

    /// <summary>
    /// The checkpoint's name; null lets libvirt choose the seconds since 1970, which collides within one second.
    /// Required to redefine.
    /// </summary>
    public CheckpointName? Name { get; init; }

    /// <summary>Free text; null when absent.</summary>
    public string? Description { get; init; }

    /// <summary>When it was made, UTC, whole seconds. Set by libvirt; required to redefine.</summary>
    public DateTimeOffset? CreationTime { get; init; }

    /// <summary>The checkpoint before it. Set by libvirt; to redefine, it must exist already.</summary>
    public CheckpointName? Parent { get; init; }

    /// <summary>
    /// The disks it names. Empty on creation means all disks that are writable and not empty, and fails when one of
    /// them is raw.
    /// </summary>
    public ValueList<DomainCheckpointDisk> Disks { get; init; } = [];

    /// <summary>
    /// The domain when the checkpoint was made (a <c>&lt;domain&gt;</c>). Set by libvirt; null when it was not asked
    /// for; optional to redefine since libvirt 7.0.0.
    /// </summary>
    public XmlFragment? Domain { get; init; }

    /// <summary>What the document holds beyond this model.</summary>
    public XmlRemainder Remainder { get; init; } = XmlRemainder.Empty;

    /// <summary>Reads a document.</summary>
    /// <param name="xml">The document.</param>
    /// <exception cref="LibvirtXmlException">It is malformed, has a DTD, or a value is malformed.</exception>
    public static DomainCheckpointXml Parse(string xml)
    {
        ElementReader reader = ElementReader.OfRoot(xml, Root);
        return new DomainCheckpointXml
        {
            Name = reader.TextId("name", CheckpointName.Parse),
            Description = reader.Text("description"),
            CreationTime = reader.UnixTime("creationTime"),
            Parent = reader.Child("parent")?.TextId("name", CheckpointName.Parse),
            Disks = [.. reader.Child("disks")?.Models("disk").Select(DomainCheckpointDisk.Read) ?? []],
            Domain = reader.Fragment("domain"),
            Remainder = reader.Remainder(),
        };
    }

    /// <summary>Writes the document.</summary>
    /// <exception cref="ArgumentException">A value holds a character that XML cannot carry.</exception>
    public string ToXml()
    {
        XElement root = new ElementWriter(Root, Remainder)
            .Text("name", Name?.Value)
            .Text("description", Description)
            .Child("parent", Parent is not null, parent => parent.Text("name", Parent?.Value))
            .UnixTime("creationTime", CreationTime)
            .Child("disks", Disks.Count > 0, disks => disks.Add(Disks.Select(d => d.ToElement())))
            .Add(Domain?.ToElement())
            .Build();
        return XmlText.Write(root);
    }
}
