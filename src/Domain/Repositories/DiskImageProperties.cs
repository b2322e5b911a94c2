namespace LibvirtBackup.Repositories;

/// <summary>How the image of a disk was made; a restore to the same format keeps it.</summary>
public sealed record DiskImageProperties
{
    /// <summary>Bytes per cluster, or null where the format has none.</summary>
    public int? ClusterSizeBytes { get; init; }

    /// <summary>qcow2: <c>0.10</c> (version 2) or <c>1.1</c> (version 3); else null.</summary>
    public string? Compat { get; init; }

    /// <summary>qcow2: whether clusters have subclusters.</summary>
    public bool ExtendedL2 { get; init; }

    /// <summary>qcow2: whether reference counts may be late on disk.</summary>
    public bool LazyRefcounts { get; init; }

    /// <summary>qcow2: bits per reference count; else null.</summary>
    public int? RefcountBits { get; init; }

    /// <summary>qcow2: the file that holds the data, or null; a restored image holds its data itself.</summary>
    public string? DataFile { get; init; }

    /// <summary>The image below, or null; a restored image has none.</summary>
    public string? BackingFile { get; init; }
}
