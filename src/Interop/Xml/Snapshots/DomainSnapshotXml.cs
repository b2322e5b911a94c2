using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>A <c>&lt;domainsnapshot&gt;</c> document.</summary>
public sealed record DomainSnapshotXml
{
    private const string Root = "domainsnapshot";

    /// <summary>The snapshot's name, free text; null lets libvirt choose the seconds since 1970.</summary>
    public string? Name { get; init; }

    /// <summary>Free text; null when absent.</summary>
    public string? Description { get; init; }

    /// <summary>State of the domain at that moment. Set by libvirt.</summary>
    public DomainSnapshotState? State { get; init; }

    /// <summary>Name of the snapshot before it. Set by libvirt.</summary>
    public string? Parent { get; init; }

    /// <summary>When it was made, UTC, whole seconds. Set by libvirt.</summary>
    public DateTimeOffset? CreationTime { get; init; }

    /// <summary>Where memory is kept; null leaves it to libvirt. Since libvirt 1.0.1.</summary>
    public DomainSnapshotMemory? Memory { get; init; }

    /// <summary>The disks it names.</summary>
    public ValueList<DomainSnapshotDisk> Disks { get; init; } = [];

    /// <summary>Where disks went after a revert to this snapshot. Internal to libvirt, since 9.9.0.</summary>
    public ValueList<DomainSnapshotDisk> RevertDisks { get; init; } = [];

    /// <summary>The domain at that moment (a <c>&lt;domain&gt;</c>). Set by libvirt.</summary>
    public XmlFragment? Domain { get; init; }

    /// <summary>The domain's persistent configuration at that moment, when it differed. Set by libvirt.</summary>
    public XmlFragment? InactiveDomain { get; init; }

    /// <summary>libvirt's private data about the moment (<c>&lt;cookie&gt;</c>).</summary>
    public XmlFragment? Cookie { get; init; }

    /// <summary>
    /// Whether it is the current snapshot; only in libvirt's own files and to redefine. Null when absent.
    /// </summary>
    public bool? Active { get; init; }

    /// <summary>What the document holds beyond this model.</summary>
    public XmlRemainder Remainder { get; init; } = XmlRemainder.Empty;

    /// <summary>Reads a document.</summary>
    /// <param name="xml">The document.</param>
    /// <exception cref="LibvirtXmlException">It is malformed, has a DTD, or a value is malformed.</exception>
    public static DomainSnapshotXml Parse(string xml)
    {
        ElementReader reader = ElementReader.OfRoot(xml, Root);
        return new DomainSnapshotXml
        {
            Name = reader.Text("name"),
            Description = reader.Text("description"),
            State = reader.Text("state") is { } state ? new DomainSnapshotState(state) : null,
            Parent = reader.Child("parent")?.Text("name"),
            CreationTime = reader.UnixTime("creationTime"),
            Memory = reader.Model("memory") is { } memory ? DomainSnapshotMemory.Read(memory) : null,
            Disks = ReadDisks(reader.Child("disks")),
            RevertDisks = ReadDisks(reader.Child("revertDisks")),
            Domain = reader.Fragment("domain"),
            InactiveDomain = reader.Fragment("inactiveDomain"),
            Cookie = reader.Fragment("cookie"),
            Active = reader.ZeroOne("active"),
            Remainder = reader.Remainder(),
        };
    }

    /// <summary>Writes the document.</summary>
    /// <exception cref="ArgumentException">A value holds a character that XML cannot carry.</exception>
    public string ToXml()
    {
        XElement root = new ElementWriter(Root, Remainder)
            .Text("name", Name)
            .Text("description", Description)
            .Text("state", State?.Value)
            .Child("parent", Parent is not null, parent => parent.Text("name", Parent))
            .UnixTime("creationTime", CreationTime)
            .Add(Memory?.ToElement())
            .Child("disks", Disks.Count > 0, disks => disks.Add(Disks.Select(d => d.ToElement())))
            .Child("revertDisks", RevertDisks.Count > 0, disks => disks.Add(RevertDisks.Select(d => d.ToElement())))
            .Add(Domain?.ToElement(), InactiveDomain?.ToElement(), Cookie?.ToElement())
            .Text("active", Active switch { true => "1", false => "0", null => null })
            .Build();
        return XmlText.Write(root);
    }

    private static ValueList<DomainSnapshotDisk> ReadDisks(ElementReader? disks) =>
        [.. disks?.Models("disk").Select(DomainSnapshotDisk.Read) ?? []];
}
