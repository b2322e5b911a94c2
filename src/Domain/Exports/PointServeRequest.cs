namespace LibvirtBackup.Exports;

/// <summary>Which disks of which restore points are served.</summary>
internal sealed record PointServeRequest
{
    /// <summary>The points, by ids or enough of their beginnings; at least one.</summary>
    public required IReadOnlyList<string> Points { get; init; }

    /// <summary>Target names of the disks (<c>vda</c>), or empty for all.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>
    /// Points since which it can be asked what changed: each is a context <c>qemu:dirty-bitmap:POINT</c>, as QEMU has
    /// for its bitmaps. They may be older or newer than what is served.
    /// </summary>
    public IReadOnlyList<string> Since { get; init; } = [];

    /// <summary>
    /// How much memory may hold what was read, in bytes. It is memory that the kernel takes back when anything else
    /// needs it. Null for a quarter of what this machine, or the container, has.
    /// </summary>
    public long? CacheBytes { get; init; }
}
