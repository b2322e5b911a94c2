using System.Globalization;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Hosts;

namespace LibvirtBackup.Views;

/// <summary>The scratch images of a view, which hold what the guest overwrites.</summary>
internal static class ScratchSpace
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// The most that an image for a whole disk can take: its clusters of 64 KiB, 10 bytes of tables for each, taken for
    /// 16, and some for the beginning.
    /// </summary>
    internal static long MostFor(long diskBytes) =>
        Units.RoundUp(diskBytes, 64 * Units.KiB) + (diskBytes / (4 * Units.KiB)) + (2 * Units.MiB);

    /// <summary>How large each disk's image may become when nobody said: together half of what is free.</summary>
    internal static long DefaultLimit(long freeBytes, int disks) =>
        Math.Max(freeBytes / 2 / disks / Units.MiB * Units.MiB, Units.MiB);

    internal static long FreeBytesIn(string directory) => new DriveInfo(directory).AvailableFreeSpace;

    /// <summary>
    /// Makes a disk's image, empty, in a file of the limit's length, which QEMU's node has too. The file of one that
    /// must not run full has all its space at once.
    /// </summary>
    /// <exception cref="BackupException">There is no room.</exception>
    internal static async Task CreateAsync(
        string path, ViewDisk disk, bool isWhole, QemuOwner? owner, CancellationToken cancellationToken)
    {
        var empty = $"{path}.empty";
        await QemuImage.CreateEmptyAsync(empty, disk.SizeBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            var content = await File.ReadAllBytesAsync(empty, cancellationToken).ConfigureAwait(false);
            File.Delete(empty);
            if (content.Length > disk.LimitBytes)
                throw new BackupException(
                    FailureKind.Usage,
                    $"the scratch image of disk '{disk.Name}' needs {Mebibytes(content.Length)} at least, and may "
                    + $"become {Mebibytes(disk.LimitBytes)}; give a larger --scratch-limit");
            await QemuImage.CreateRawAsync(path, disk.LimitBytes, isWhole, cancellationToken).ConfigureAwait(false);
            using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
                await RandomAccess.WriteAsync(file, content, 0, cancellationToken).ConfigureAwait(false);
            File.SetUnixFileMode(path, OwnerOnly);
            if (owner is not null) QemuShare.GiveFile(path, owner);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(
                FailureKind.Failed, $"cannot make the scratch image '{path}': {e.Message}; give another --scratch-dir",
                e);
        }
    }

    internal static string Mebibytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{Units.DivideUp(bytes, Units.MiB)} MiB");
}
