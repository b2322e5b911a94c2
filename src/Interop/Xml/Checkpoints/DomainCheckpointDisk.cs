using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>One disk of a <c>&lt;domaincheckpoint&gt;</c>.</summary>
public sealed record DomainCheckpointDisk
{
    /// <summary>The disk.</summary>
    public required DiskName Name { get; init; }

    /// <summary>Whether the disk is covered; null means that it is.</summary>
    public CheckpointDiskMode? Checkpoint { get; init; }

    /// <summary>
    /// The bitmap's name. On creation libvirt refuses any but the checkpoint's name; null means that name.
    /// </summary>
    public string? Bitmap { get; init; }

    /// <summary>
    /// Bytes that changed since the checkpoint. Set by libvirt when asked for (<c>VIR_DOMAIN_CHECKPOINT_XML_SIZE</c>);
    /// null when not asked for, and also when the bitmap is missing or broken.
    /// </summary>
    public long? SizeBytes { get; init; }

    /// <summary>What the element holds beyond this model.</summary>
    public XmlRemainder Remainder { get; init; } = XmlRemainder.Empty;

    internal static DomainCheckpointDisk Read(ElementReader reader) => new()
    {
        Name = reader.RequiredId("name", DiskName.Parse),
        Checkpoint = reader.Attribute("checkpoint", v => new CheckpointDiskMode(v)),
        Bitmap = reader.Attribute("bitmap"),
        SizeBytes = reader.Int64("size"),
        Remainder = reader.Remainder(),
    };

    internal XElement ToElement() => new ElementWriter("disk", Remainder)
        .Attribute("name", Name.Value)
        .Attribute("checkpoint", Checkpoint?.Value)
        .Attribute("bitmap", Bitmap)
        .Attribute("size", SizeBytes)
        .Build();
}
