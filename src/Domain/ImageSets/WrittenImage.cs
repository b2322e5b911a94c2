using LibvirtBackup.Backups;

namespace LibvirtBackup.ImageSets;

/// <summary>An image of an image set, as it was written and read back.</summary>
/// <param name="Name">The target name (<c>vda</c>).</param>
/// <param name="Path">The file or device.</param>
/// <param name="Format"><c>qcow2</c> or <c>raw</c>.</param>
/// <param name="Level">The level that was done for this disk.</param>
/// <param name="Reason">Why this level, when it is not the one asked for; else null.</param>
/// <param name="VirtualSizeBytes">The size that the guest sees.</param>
/// <param name="LengthBytes">The length of the file, or of the disk on a device.</param>
/// <param name="Sha256">The hash of so many bytes of the file or device, read back.</param>
/// <param name="BackingFile">The image behind this one, relative to its directory; or null.</param>
internal sealed record WrittenImage(
    string Name, string Path, string Format, BackupLevel Level, string? Reason, long VirtualSizeBytes,
    long LengthBytes, string Sha256, string? BackingFile)
{
    internal static WrittenImage Of(ImageSet set, ImagePoint point, ImagePointDisk disk) => new(
        disk.Name, set.PathOf(point, disk), disk.Format, disk.Level, disk.Reason, disk.VirtualSizeBytes,
        disk.LengthBytes, disk.Sha256, disk.BackingFile);
}
