using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>Where a snapshot keeps the memory of the domain.</summary>
public sealed record DomainSnapshotMemory
{
    /// <summary>Where; null means external when <see cref="File"/> is given.</summary>
    public DomainSnapshotLocation? Snapshot { get; init; }

    /// <summary>Absolute path of the memory image (external).</summary>
    public string? File { get; init; }

    /// <summary>What the element holds beyond this model.</summary>
    public XmlRemainder Remainder { get; init; } = XmlRemainder.Empty;

    internal static DomainSnapshotMemory Read(ElementReader reader) => new()
    {
        Snapshot = reader.Attribute("snapshot", v => new DomainSnapshotLocation(v)),
        File = reader.Attribute("file"),
        Remainder = reader.Remainder(),
    };

    internal XElement ToElement() => new ElementWriter("memory", Remainder)
        .Attribute("snapshot", Snapshot?.Value)
        .Attribute("file", File)
        .Build();
}
