namespace LibvirtBackup.Interop.Xml;

/// <summary>A disk of a domain.</summary>
public sealed record DomainDisk
{
    /// <summary>The target (<c>vda</c>): the name by which backups and checkpoints know the disk.</summary>
    public required DiskName Target { get; init; }

    /// <summary>What it looks like to the guest.</summary>
    public DiskDevice Device { get; init; } = DiskDevice.Disk;

    /// <summary>
    /// Bus as libvirt spells it (<c>virtio</c>, <c>scsi</c>, <c>sata</c>, ...); null when libvirt chooses it.
    /// </summary>
    public string? Bus { get; init; }

    /// <summary>Where its bytes live; null for an empty drive.</summary>
    public DiskSource? Source { get; init; }

    /// <summary>Format of the top image; null when the document does not say, which libvirt takes for raw.</summary>
    public ImageFormat? DriverType { get; init; }

    /// <summary>
    /// What QEMU does when a write fails (<c>stop</c> pauses the guest, which tries again when it goes on); null means
    /// its default.
    /// </summary>
    public string? ErrorPolicy { get; init; }

    /// <summary>The same when a read fails; null means as for writes.</summary>
    public string? ReadErrorPolicy { get; init; }

    /// <summary>
    /// The images below the top one, next one first. Complete only in the document of a running domain, or when
    /// <see cref="BackingChainEnds"/>.
    /// </summary>
    public ValueList<BackingLayer> BackingChain { get; init; } = [];

    /// <summary>
    /// Whether the document says that no image follows the last one listed (an empty <c>&lt;backingStore/&gt;</c>).
    /// </summary>
    public bool BackingChainEnds { get; init; }

    /// <summary>Whether the guest may only read it.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether several domains may use it at once.</summary>
    public bool IsShareable { get; init; }

    /// <summary>Whether the guest's writes are discarded when it stops.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Whether the top image is encrypted by QEMU; what a backup job delivers is decrypted.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>
    /// Kind of the block job that mirrors the disk now (<c>copy</c>, <c>active-commit</c>); null when none runs.
    /// </summary>
    public string? MirrorJob { get; init; }

    /// <summary>Serial number that the guest sees; null when absent.</summary>
    public string? Serial { get; init; }

    /// <summary>Name of the device in QEMU (<c>virtio-disk0</c>); null when the domain is not running.</summary>
    public string? Alias { get; init; }

    /// <summary>Whether the drive holds nothing.</summary>
    public bool IsEmpty => Source is null;

    /// <summary>What is known of the files of the domain's host, when that is another one; null when it is this one.
    /// </summary>
    public ValueList<FileElsewhere>? Elsewhere { get; init; }

    /// <summary>Whether the domain is of another host than this one.</summary>
    public bool IsElsewhere => Elsewhere is not null;

    /// <summary>
    /// The image file or device on this host, or null: for network and pool storage, and when the domain is of another
    /// host.
    /// </summary>
    public string? LocalPath => IsElsewhere ? null : Source switch
    {
        FileDiskSource file => file.Path,
        BlockDiskSource block => block.Path,
        _ => null,
    };

    internal static DomainDisk Read(ElementReader reader)
    {
        ElementReader target = reader.Child("target") ?? throw reader.Error("it has no <target>");
        DiskSource? source = DiskSource.ReadFrom(reader);
        (ValueList<BackingLayer> chain, bool ends) = BackingLayer.ReadChain(reader);
        return new DomainDisk
        {
            Target = target.RequiredId("dev", DiskName.Parse),
            Device = reader.Attribute("device", v => new DiskDevice(v)) ?? DiskDevice.Disk,
            Bus = target.Attribute("bus"),
            Source = source,
            DriverType = reader.Child("driver")?.Attribute("type", v => new ImageFormat(v)),
            ErrorPolicy = reader.Child("driver")?.Attribute("error_policy"),
            ReadErrorPolicy = reader.Child("driver")?.Attribute("rerror_policy"),
            BackingChain = chain,
            BackingChainEnds = ends,
            IsReadOnly = reader.Marker("readonly"),
            IsShareable = reader.Marker("shareable"),
            IsTransient = reader.Marker("transient"),
            IsEncrypted = source?.Encryption is not null || reader.Marker("encryption"),
            MirrorJob = reader.Child("mirror") is { } mirror ? mirror.Attribute("job") ?? "copy" : null,
            Serial = reader.Text("serial"),
            Alias = reader.Child("alias")?.Attribute("name"),
        };
    }
}
