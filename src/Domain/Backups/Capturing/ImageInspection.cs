using System.Collections.Concurrent;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Hosts;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Capturing;

/// <summary>
/// Asks qemu-img how images were made, beside a QEMU that writes them. Not through QEMU's monitor: that marks the
/// domain as tainted, and what is asked for never changes while it runs.
/// </summary>
internal static class ImageInspection
{
    internal static async Task<IReadOnlyDictionary<string, DiskImageProperties>> InspectAsync(
        IReadOnlyList<SelectedDisk> disks, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, DiskImageProperties>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            disks.Where(disk => disk.Path is not null && File.Exists(disk.Path)),
            cancellationToken,
            async (disk, token) =>
            {
                try
                {
                    var image = await QemuImage.InspectSharedAsync(disk.Path!, disk.Format, token)
                        .ConfigureAwait(false);
                    found[disk.Name] = image.Properties;
                }
                catch (BackupException)
                {
                    // Not readable from here, or a format that qemu-img does not know: the defaults are restored.
                }
            }).ConfigureAwait(false);
        return found;
    }
}
