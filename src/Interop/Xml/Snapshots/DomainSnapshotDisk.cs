using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>One disk of a <c>&lt;domainsnapshot&gt;</c>.</summary>
public sealed record DomainSnapshotDisk
{
    /// <summary>The disk.</summary>
    public required DiskName Name { get; init; }

    /// <summary>Where its state is kept; null leaves it to libvirt.</summary>
    public DomainSnapshotLocation? Snapshot { get; init; }

    /// <summary>The new overlay (external); null lets libvirt choose a file.</summary>
    public DiskSource? Source { get; init; }

    /// <summary>Format of the overlay.</summary>
    public ImageFormat? DriverType { get; init; }

    /// <summary>QEMU's metadata cache of the overlay (<c>&lt;metadata_cache&gt;</c>); since libvirt 7.0.0.</summary>
    public XmlFragment? MetadataCache { get; init; }

    /// <summary>Whether a deletion of this disk's snapshot is under way. Set by libvirt since 9.0.0.</summary>
    public bool DeleteInProgress { get; init; }

    /// <summary>What the element holds beyond this model.</summary>
    public XmlRemainder Remainder { get; init; } = XmlRemainder.Empty;

    internal static DomainSnapshotDisk Read(ElementReader reader) => new()
    {
        Name = reader.RequiredId("name", DiskName.Parse),
        Snapshot = reader.Attribute("snapshot", v => new DomainSnapshotLocation(v)),
        Source = DiskSource.ReadFrom(reader),
        DriverType = reader.Child("driver")?.Attribute("type", v => new ImageFormat(v)),
        MetadataCache = reader.Child("driver")?.Fragment("metadata_cache"),
        DeleteInProgress = reader.Marker("snapshotDeleteInProgress"),
        Remainder = reader.Remainder(),
    };

    internal XElement ToElement() => new ElementWriter("disk", Remainder)
        .Attribute("name", Name.Value)
        .Attribute("snapshot", Snapshot?.Value)
        .Attribute("type", Source?.Type.Value)
        .Marker("snapshotDeleteInProgress", DeleteInProgress)
        .Child("driver", DriverType is not null || MetadataCache is not null, WriteDriver)
        .Add(Source?.ToElement())
        .Build();

    private void WriteDriver(ElementWriter writer) =>
        writer.Attribute("type", DriverType?.Value).Add(MetadataCache?.ToElement());
}
