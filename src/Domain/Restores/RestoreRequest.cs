namespace LibvirtBackup.Restores;

/// <summary>What to restore and where to. Data only; validated before anything is written.</summary>
public sealed record RestoreRequest
{
    /// <summary>The restore point's id, or a prefix of it that fits one point only.</summary>
    public required string Point { get; init; }

    /// <summary>
    /// The directory that receives <c>vda.qcow2</c>, <c>vdb.qcow2</c> and so on, created when absent; null when
    /// <see cref="Targets"/> names a place for every disk.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>
    /// By target name, the file or block device that receives a disk instead. A device gets the plain bytes whatever
    /// the format; it must be large enough, and not in use.
    /// </summary>
    public IReadOnlyDictionary<string, string> Targets { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Target names of the only disks to restore, or empty for all of the point.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>The format of the files; default qcow2.</summary>
    public DiskFormat Format { get; init; } = DiskFormat.Qcow2;

    /// <summary>
    /// True to write over what exists; else it is a reason to refuse. A file of the same format and size, and a
    /// device, gets only what differs; another file is replaced when the new one is complete.
    /// </summary>
    public bool Overwrite { get; init; }

    /// <summary>
    /// True to define the domain on the connection when every disk is complete; then all disks of the point have to be
    /// restored.
    /// </summary>
    public bool Define { get; init; }

    /// <summary>The defined domain's name, or null for the old one.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// True to keep UUID, network addresses and autostart, which is for a domain that is gone; else the new domain can
    /// run beside the old one.
    /// </summary>
    public bool KeepIdentity { get; init; }
}
