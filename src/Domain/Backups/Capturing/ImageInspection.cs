using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Hosts;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Capturing;

/// <summary>
/// Looks how images were made, beside a QEMU that writes them. Not through QEMU's monitor: that marks the domain as
/// tainted, and what is looked for never changes while it runs. A program is started only for rare formats: of an
/// incremental with little to read, that would take a good part of the time.
/// </summary>
internal static class ImageInspection
{
    internal static async Task<IReadOnlyDictionary<string, DiskImageProperties>> InspectAsync(
        IReadOnlyList<SelectedDisk> disks, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, DiskImageProperties>(StringComparer.Ordinal);
        foreach (var disk in disks.Where(disk => File.Exists(disk.Path)))
        {
            try
            {
                found[disk.Name] = await InspectAsync(disk.Path!, disk.Format, cancellationToken) // exists
                    .ConfigureAwait(false);
            }
            catch (BackupException)
            {
                // Not readable from here, or a format that qemu-img does not know: the defaults are restored.
            }
        }

        return found;
    }

    private static async Task<DiskImageProperties> InspectAsync(
        string path, string format, CancellationToken cancellationToken)
    {
        if (format == "raw") return new DiskImageProperties();
        if (format == "qcow2" && Qcow2Properties.TryRead(path) is { } read) return read;
        var image = await QemuImage.InspectSharedAsync(path, format, cancellationToken).ConfigureAwait(false);
        return image.Properties;
    }
}
