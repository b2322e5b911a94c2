namespace LibvirtBackup.Restores;

/// <summary>What to restore and where to. Data only; validated before anything is written.</summary>
public sealed record RestoreRequest
{
    /// <summary>The restore point's id, or a prefix of it that fits one point only.</summary>
    public required string Point { get; init; }

    /// <summary>
    /// The directory that receives <c>vda.qcow2</c>, <c>vdb.qcow2</c> and so on; created when absent.
    /// </summary>
    public required string Directory { get; init; }

    /// <summary>Target names of the only disks to restore, or empty for all of the point.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>The format of the files; default qcow2.</summary>
    public DiskFormat Format { get; init; } = DiskFormat.Qcow2;

    /// <summary>True to replace existing files; else they are a reason to refuse.</summary>
    public bool Overwrite { get; init; }
}
