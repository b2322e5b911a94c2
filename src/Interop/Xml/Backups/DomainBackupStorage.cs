using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>A file or block device that a backup job writes: its target (push) or scratch (pull).</summary>
public sealed record DomainBackupStorage
{
    /// <summary>
    /// Absolute path on the host. libvirt creates the file unless told to reuse it, and removes scratch files when the
    /// job ends. Null only in a document of a kind that this library does not know.
    /// </summary>
    public required string? Path { get; init; }

    /// <summary>Security labels (<c>&lt;seclabel&gt;</c>).</summary>
    public ValueList<XmlFragment> SecurityLabels { get; init; } = [];

    /// <summary>
    /// Encryption of the image (<c>&lt;encryption format='luks'&gt;</c>); works since libvirt 7.10.0.
    /// </summary>
    public XmlFragment? Encryption { get; init; }

    /// <summary>What the element holds beyond this model.</summary>
    public XmlRemainder Remainder { get; init; } = XmlRemainder.Empty;

    internal static DomainBackupStorage Read(ElementReader reader, DiskStorageType type) => new()
    {
        Path = reader.Attribute(PathAttribute(type)),
        SecurityLabels = [.. reader.Models("seclabel").Select(r => r.AsFragment())],
        Encryption = reader.Fragment("encryption"),
        Remainder = reader.Remainder(),
    };

    internal XElement ToElement(string name, DiskStorageType type) => new ElementWriter(name, Remainder)
        .Attribute(PathAttribute(type), Path)
        .Add(SecurityLabels.Select(l => l.ToElement()))
        .Add(Encryption?.ToElement())
        .Build();

    private static string PathAttribute(DiskStorageType type) => type == DiskStorageType.Block ? "dev" : "file";
}
