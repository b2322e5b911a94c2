using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Backups.Sources;
using LibvirtBackup.Hosts;

namespace LibvirtBackup.Imports;

/// <summary>An image with all that lies behind it, which nobody writes.</summary>
internal static class ImageSource
{
    internal static async Task ReadAsync(
        string path, string format, Func<IDiskSource, Task> read, CancellationToken cancellationToken)
    {
        var export = new DiskExport(ImageExport.ForReading(path, format), Bitmap: null);
        var source = await NbdDiskSource.ConnectAsync(export, cancellationToken).ConfigureAwait(false);
        await using var closing = source.ConfigureAwait(false);
        await read(source).ConfigureAwait(false);
    }
}
