namespace LibvirtBackup.Bitmaps;

/// <summary>A bitmap by where the guest sees it.</summary>
/// <param name="Disk">The disk's target (<c>vda</c>).</param>
/// <param name="Bitmap">The bitmap, in whichever images of the chain.</param>
internal sealed record BitmapOnDisk(string Disk, string Bitmap);
