namespace LibvirtBackup.Qmp;

/// <summary>A dirty bitmap of a block node, as <c>query-named-block-nodes</c> shows it (QEMU 4.0).</summary>
internal sealed record DirtyBitmap
{
    /// <summary>The name; null for a bitmap of QEMU's own, such as that of a mirror job.</summary>
    public string? Name { get; init; }

    /// <summary>The number of dirty bytes, a multiple of the granularity but for the end of the disk.</summary>
    public required long Count { get; init; }

    /// <summary>Bytes per bit, a power of two.</summary>
    public required long Granularity { get; init; }

    /// <summary>Whether guest writes are being recorded now.</summary>
    public required bool Recording { get; init; }

    /// <summary>Whether a job or an export uses the bitmap, so that it can not be changed.</summary>
    public required bool Busy { get; init; }

    /// <summary>Whether QEMU stores the bitmap in the image when it closes it.</summary>
    public required bool Persistent { get; init; }

    /// <summary>Whether the bitmap was not closed cleanly and says nothing any more; it can only be removed.</summary>
    public bool Inconsistent { get; init; }
}
