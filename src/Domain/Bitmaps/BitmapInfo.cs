namespace LibvirtBackup.Bitmaps;

/// <summary>A dirty bitmap of one image of a disk.</summary>
internal sealed record BitmapInfo
{
    /// <summary>The name, unique within the image.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes per bit, a power of two.</summary>
    public required long GranularityBytes { get; init; }

    /// <summary>
    /// Dirty bytes in this image; null where that is not known: an image that no QEMU has open does not say. What
    /// changed on the disk since the bitmap was made is the union over the images of its chain.
    /// </summary>
    public required long? DirtyBytes { get; init; }

    /// <summary>
    /// Whether guest writes are recorded, or will be once a QEMU opens the image for writing. A lower image of a chain
    /// shows true as well, although nothing writes to it.
    /// </summary>
    public required bool Recording { get; init; }

    /// <summary>Whether it is kept in the image when QEMU ends.</summary>
    public required bool Persistent { get; init; }

    /// <summary>Whether a job or an export of QEMU holds it, so that it cannot be changed now.</summary>
    public required bool Busy { get; init; }

    /// <summary>
    /// Whether it was not closed cleanly (QEMU was killed): it says nothing any more and can only be removed. In an
    /// image that some QEMU has open although its domain is shut off here, all are shown so.
    /// </summary>
    public required bool Inconsistent { get; init; }

    /// <summary>Whose it is.</summary>
    public BitmapOwner Owner => BitmapOwner.Of(Name);
}
