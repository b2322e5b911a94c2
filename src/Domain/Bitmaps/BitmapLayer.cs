namespace LibvirtBackup.Bitmaps;

/// <summary>One image of a disk's chain, with its bitmaps.</summary>
internal sealed record BitmapLayer
{
    /// <summary>
    /// QEMU's block node; null while the domain is shut off. It changes with snapshots, commits and restarts.
    /// </summary>
    public required string? Node { get; init; }

    /// <summary>
    /// The image as QEMU names it: a path, or a <c>json:</c> text for what a path cannot say.
    /// </summary>
    public required string File { get; init; }

    /// <summary>The image's format, such as <c>qcow2</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The size that the guest sees, in bytes.</summary>
    public required long VirtualSizeBytes { get; init; }

    /// <summary>The bitmaps, by name.</summary>
    public required IReadOnlyList<BitmapInfo> Bitmaps { get; init; }

    /// <summary>Finds a bitmap.</summary>
    /// <param name="name">The name, compared exactly.</param>
    /// <returns>The bitmap, or null.</returns>
    public BitmapInfo? Find(string name) => Bitmaps.FirstOrDefault(bitmap => bitmap.Name == name);
}
