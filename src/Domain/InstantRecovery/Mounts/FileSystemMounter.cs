using System.Globalization;

namespace LibvirtBackup.InstantRecovery.Mounts;

/// <summary>Mounts the file systems of a disk's file, read-only, by loop devices that end with the mounts.</summary>
internal static class FileSystemMounter
{
    /// <returns>
    /// Where: the directory itself for a disk without partitions, else <c>DIR/1</c> and so on by their numbers.
    /// </returns>
    /// <exception cref="BackupException">There is none that this host can mount; nothing is mounted.</exception>
    internal static async Task<(IReadOnlyList<string> Places, IReadOnlyList<string> Warnings)> MountAsync(
        string image, string directory, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new BackupException(
                FailureKind.NotSupported,
                "only root can mount file systems: use --image for the disk as a file, or run it as root");
        var (places, warnings) = (new List<string>(), new List<string>());
        try
        {
            var partitions = await DiskPartition.ReadAsync(image, cancellationToken).ConfigureAwait(false);
            if (partitions.Count == 0)
            {
                if (await TryMountAsync(image, "", directory, "the disk", warnings, cancellationToken)
                    .ConfigureAwait(false))
                    places.Add(directory);
            }
            else
            {
                foreach (var part in partitions)
                    if (await TryMountPartAsync(image, part, directory, warnings, cancellationToken)
                        .ConfigureAwait(false) is { } place)
                        places.Add(place);
            }

            return places.Count > 0
                ? (places, warnings)
                : throw new BackupException(
                    FailureKind.NotSupported,
                    $"no file system of the disk can be mounted here: {string.Join("; ", warnings)}; LVM and encrypted "
                    + "file systems need tools of their own on the disk's file (--image), or libguestfs");
        }
        catch
        {
            foreach (var place in places)
                _ = await HostTool.RunAsync("umount", "mount", ["--lazy", place], CancellationToken.None)
                    .ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<string?> TryMountPartAsync(
        string image, DiskPartition part, string directory, List<string> warnings, CancellationToken cancellationToken)
    {
        var place = Path.Combine(directory, part.Number.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(place);
        var range = string.Create(
            CultureInfo.InvariantCulture, $",offset={part.OffsetBytes},sizelimit={part.LengthBytes}");
        if (await TryMountAsync(image, range, place, $"partition {part.Number}", warnings, cancellationToken)
            .ConfigureAwait(false))
            return place;
        Directory.Delete(place);
        return null;
    }

    /// <summary>
    /// A guest that was running has left a journal, which cannot be replayed where nothing can be written: then the
    /// files are shown as they are without it.
    /// </summary>
    private static async Task<bool> TryMountAsync(
        string image, string range, string place, string what, List<string> warnings,
        CancellationToken cancellationToken)
    {
        var why = await FindObstacleAsync("").ConfigureAwait(false);
        if (why is null) return true;
        if (await FindObstacleAsync(",norecovery").ConfigureAwait(false) is null)
        {
            warnings.Add(
                $"{what}: its journal was not replayed; the newest changes may be missing, or files inconsistent");
            return true;
        }

        warnings.Add($"{what}: {why}");
        return false;

        async Task<string?> FindObstacleAsync(string options)
        {
            var (exitCode, _, error) = await HostTool.RunAsync(
                "mount", "mount", ["-o", $"ro,nodev,nosuid,noexec,loop{range}{options}", image, place],
                cancellationToken).ConfigureAwait(false);
            return exitCode == 0 ? null : error.Split('\n')[0];
        }
    }
}
