using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>A <c>&lt;domainbackup&gt;</c> document (libvirt 6.0.0 and later).</summary>
public sealed record DomainBackupXml
{
    private const string Root = "domainbackup";

    /// <summary>Who moves the data; null means push.</summary>
    public DomainBackupMode? Mode { get; init; }

    /// <summary>
    /// The checkpoint since which changes are wanted, for all disks that say nothing else; null means everything.
    /// Works since libvirt 7.6.0 with QEMU 6.1.
    /// </summary>
    public CheckpointName? Incremental { get; init; }

    /// <summary>Where QEMU serves the data; required for pull, absent for push.</summary>
    public DomainBackupServer? Server { get; init; }

    /// <summary>The disks; empty means all that are writable and not empty, otherwise only the listed ones.</summary>
    public ValueList<DomainBackupDisk> Disks { get; init; } = [];

    /// <summary>What the document holds beyond this model.</summary>
    public XmlRemainder Remainder { get; init; } = XmlRemainder.Empty;

    /// <summary>Reads a document.</summary>
    /// <param name="xml">The document.</param>
    /// <exception cref="LibvirtXmlException">It is malformed, has a DTD, or a value is malformed.</exception>
    public static DomainBackupXml Parse(string xml)
    {
        ElementReader reader = ElementReader.OfRoot(xml, Root);
        return new DomainBackupXml
        {
            Mode = reader.Attribute("mode", v => new DomainBackupMode(v)),
            Incremental = reader.TextId("incremental", CheckpointName.Parse),
            Server = reader.Model("server") is { } server ? DomainBackupServer.Read(server) : null,
            Disks = [.. reader.Child("disks")?.Models("disk").Select(DomainBackupDisk.Read) ?? []],
            Remainder = reader.Remainder(),
        };
    }

    /// <summary>Writes the document.</summary>
    /// <exception cref="ArgumentException">A value holds a character that XML cannot carry.</exception>
    public string ToXml()
    {
        XElement root = new ElementWriter(Root, Remainder)
            .Attribute("mode", Mode?.Value)
            .Text("incremental", Incremental?.Value)
            .Add(Server?.ToElement())
            .Child("disks", Disks.Count > 0, disks => disks.Add(Disks.Select(d => d.ToElement())))
            .Build();
        return XmlText.Write(root);
    }
}
