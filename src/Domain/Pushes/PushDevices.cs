using LibvirtBackup.Backups.Planning;
using LibvirtBackup.ImageSets;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Pushes;

/// <summary>Devices that are written: what is on them is gone then.</summary>
internal static class PushDevices
{
    /// <exception cref="BackupException">A target is no device, is in use, or holds something else.</exception>
    internal static void Require(PushRequest request, DiskSelection selection, IReadOnlyList<ImagePoint> points)
    {
        foreach (var (disk, path) in request.Targets)
        {
            if (selection.Disks.All(one => one.Name != disk))
                throw new BackupException(
                    FailureKind.Usage, $"disk '{disk}' has a target and is not pushed; see --disk and --exclude");
            var isOwn = points.Any(point => point.Disks.Any(one => one.File == path));
            try
            {
                if (PosixFile.GetBlockDeviceSize(path) is null)
                    throw new BackupException(
                        FailureKind.Failed, $"target '{path}' of disk '{disk}' is no block device; leave it out for a "
                            + "file in the --to directory");
                using var device = PosixFile.OpenDevice(path); // nobody has mounted it
                if (!isOwn && !request.Overwrite && !IsEmpty(device))
                    throw new BackupException(
                        FailureKind.Failed, $"device '{path}' holds something already; give --overwrite if it may be "
                            + "lost");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new BackupException(
                    FailureKind.Failed, $"device '{path}' for disk '{disk}' cannot be written: {e.Message}", e);
            }
        }
    }

    private static bool IsEmpty(Microsoft.Win32.SafeHandles.SafeFileHandle device)
    {
        var start = new byte[Units.MiB];
        var count = RandomAccess.Read(device, start, 0);
        return start.AsSpan(0, count).IndexOfAnyExcept((byte)0) < 0;
    }
}
