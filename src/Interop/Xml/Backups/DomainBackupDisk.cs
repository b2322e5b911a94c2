using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>One disk of a <c>&lt;domainbackup&gt;</c>.</summary>
/// <remarks>
/// Give every disk that takes part a <see cref="Target"/> (push) or <see cref="Scratch"/> (pull): libvirt 9.0 fails
/// on a listed disk without one (<c>argument key 'filename' must not have null value</c>).
/// </remarks>
public sealed record DomainBackupDisk
{
    /// <summary>The disk, by its target.</summary>
    public required DiskName Name { get; init; }

    /// <summary>Whether the disk takes part; null means that it does.</summary>
    public bool? Backup { get; init; }

    /// <summary>Kind of storage of <see cref="Target"/> or <see cref="Scratch"/>.</summary>
    public DiskStorageType Type { get; init; } = DiskStorageType.File;

    /// <summary>Name of the NBD export (pull); null means the target's name.</summary>
    public string? ExportName { get; init; }

    /// <summary>Name of the exported bitmap (pull, incremental); null means <c>backup-TARGET</c>.</summary>
    public string? ExportBitmap { get; init; }

    /// <summary>How much of this disk is wanted; null means what the document says for all.</summary>
    public DomainBackupDiskMode? BackupMode { get; init; }

    /// <summary>The checkpoint for this disk; null means the document's.</summary>
    public CheckpointName? Incremental { get; init; }

    /// <summary>
    /// Index of the scratch or target in node names and in block thresholds (<c>vda[3]</c>). Set by libvirt since
    /// 7.10.0.
    /// </summary>
    public int? Index { get; init; }

    /// <summary>State of the disk's job; only in libvirt's internal status documents.</summary>
    public string? State { get; init; }

    /// <summary>Format of the image that is written; for pull only qcow2 is possible.</summary>
    public ImageFormat? DriverType { get; init; }

    /// <summary>Where QEMU writes the backup (push).</summary>
    public DomainBackupStorage? Target { get; init; }

    /// <summary>Where QEMU keeps what the guest overwrites during the job (pull).</summary>
    public DomainBackupStorage? Scratch { get; init; }

    /// <summary>What the element holds beyond this model.</summary>
    public XmlRemainder Remainder { get; init; } = XmlRemainder.Empty;

    internal static DomainBackupDisk Read(ElementReader reader)
    {
        DiskStorageType type = reader.Attribute("type", v => new DiskStorageType(v)) ?? DiskStorageType.File;
        return new DomainBackupDisk
        {
            Name = reader.RequiredId("name", DiskName.Parse),
            Backup = reader.YesNo("backup"),
            Type = type,
            ExportName = reader.Attribute("exportname"),
            ExportBitmap = reader.Attribute("exportbitmap"),
            BackupMode = reader.Attribute("backupmode", v => new DomainBackupDiskMode(v)),
            Incremental = reader.AttributeId("incremental", CheckpointName.Parse),
            Index = reader.Int32("index"),
            State = reader.Attribute("state"),
            DriverType = reader.Child("driver")?.Attribute("type", v => new ImageFormat(v)),
            Target = reader.Model("target") is { } target ? DomainBackupStorage.Read(target, type) : null,
            Scratch = reader.Model("scratch") is { } scratch ? DomainBackupStorage.Read(scratch, type) : null,
            Remainder = reader.Remainder(),
        };
    }

    internal XElement ToElement()
    {
        // The schema allows no type for a disk that is left out, and wants one for every other disk in push mode.
        bool isTypeWritten = Backup is not false || Type != DiskStorageType.File;
        return new ElementWriter("disk", Remainder)
            .Attribute("name", Name.Value)
            .YesNo("backup", Backup)
            .Attribute("type", isTypeWritten ? Type.Value : null)
            .Attribute("backupmode", BackupMode?.Value)
            .Attribute("incremental", Incremental?.Value)
            .Attribute("exportname", ExportName)
            .Attribute("exportbitmap", ExportBitmap)
            .Attribute("index", Index)
            .Attribute("state", State)
            .Child("driver", DriverType is not null, driver => driver.Attribute("type", DriverType?.Value))
            .Add(Target?.ToElement("target", Type), Scratch?.ToElement("scratch", Type))
            .Build();
    }
}
