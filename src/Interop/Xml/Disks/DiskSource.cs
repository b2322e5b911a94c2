using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// Where the bytes of a disk live (its <c>&lt;source&gt;</c>): <see cref="FileDiskSource"/>,
/// <see cref="BlockDiskSource"/>, <see cref="NetworkDiskSource"/>, <see cref="VolumeDiskSource"/>, or
/// <see cref="OtherDiskSource"/> for everything else. An empty drive has none.
/// </summary>
public abstract record DiskSource
{
    private protected DiskSource()
    {
    }

    /// <summary>Kind of storage, as the <c>type</c> attribute says.</summary>
    public abstract DiskStorageType Type { get; }

    /// <summary>
    /// Index of the image in node names (<c>libvirt-INDEX-format</c>) and in block thresholds. Set by libvirt for
    /// running domains; changes on every snapshot, commit and restart.
    /// </summary>
    public int? Index { get; init; }

    /// <summary>Encryption of the image (<c>&lt;encryption&gt;</c>), when given here.</summary>
    public XmlFragment? Encryption { get; init; }

    /// <summary>What the element holds beyond this model.</summary>
    public XmlRemainder Remainder { get; init; } = XmlRemainder.Empty;

    /// <summary>Reads the source of a disk, backing store or snapshot disk; null when it has none.</summary>
    internal static DiskSource? ReadFrom(ElementReader owner)
    {
        if (owner.Model("source") is not { } reader)
            return null;
        DiskStorageType type = owner.Attribute("type", v => new DiskStorageType(v)) ?? DiskStorageType.File;
        DiskSource source = ReadKind(type, reader) ?? new OtherDiskSource(type);
        return source with
        {
            Index = reader.Int32("index"),
            Encryption = reader.Fragment("encryption"),
            Remainder = reader.Remainder(),
        };
    }

    internal XElement ToElement()
    {
        ElementWriter writer = new("source", Remainder);
        Write(writer);
        return writer.Attribute("index", Index).Add(Encryption?.ToElement()).Build();
    }

    private protected abstract void Write(ElementWriter writer);

    // A source that lacks what its kind needs (a snapshot's <source> without a file) is none of the known kinds.
    private static DiskSource? ReadKind(DiskStorageType type, ElementReader reader) => type.Value switch
    {
        "file" => reader.Attribute("file") is { } file ? new FileDiskSource { Path = file } : null,
        "block" => reader.Attribute("dev") is { } device ? new BlockDiskSource { Path = device } : null,
        "network" => reader.Attribute("protocol") is { } protocol ? NetworkDiskSource.Read(protocol, reader) : null,
        "volume" when reader.HasAttributes("pool", "volume") => new VolumeDiskSource
        {
            Pool = reader.RequiredAttribute("pool"),
            Volume = reader.RequiredAttribute("volume"),
        },
        _ => null,
    };
}
