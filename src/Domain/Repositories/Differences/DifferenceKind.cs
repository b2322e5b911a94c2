namespace LibvirtBackup.Repositories.Differences;

/// <summary>What the later of two points has where they differ.</summary>
internal enum DifferenceKind
{
    /// <summary>Bytes.</summary>
    Data,

    /// <summary>Zeroes that were written.</summary>
    Zero,

    /// <summary>Nothing: never written, or given back; reads as zeroes.</summary>
    Hole,

    /// <summary>The disk ends before here: it has shrunk, or is no longer there.</summary>
    Gone,
}
