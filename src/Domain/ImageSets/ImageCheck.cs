namespace LibvirtBackup.ImageSets;

/// <summary>Whether the images of a set's points are what was written.</summary>
internal static class ImageCheck
{
    /// <summary>Why a disk's image is not what its point says, in one line; or null.</summary>
    /// <param name="set">The set.</param>
    /// <param name="point">The point.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="always">True to read it also when it has not been written since.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<string?> FindFaultAsync(
        ImageSet set, ImagePoint point, ImagePointDisk disk, bool always, CancellationToken cancellationToken)
    {
        var path = set.PathOf(point, disk);
        if (disk.OverwrittenBy is { } later) return $"'{path}' has been overwritten by point '{later}'";
        if (!File.Exists(path)) return $"'{path}' is missing";
        try
        {
            if (!disk.IsDevice)
            {
                var file = new FileInfo(path);
                if (file.Length != disk.LengthBytes)
                    return $"'{path}' has {file.Length} bytes instead of {disk.LengthBytes}";
                if (!always && file.LastWriteTimeUtc == disk.Written.UtcDateTime) return null;
            }
            else if (!always)
            {
                return null; // read whole the next time anyway
            }

            var hash = await ImageHash.ComputeAsync(path, disk.LengthBytes, cancellationToken).ConfigureAwait(false);
            return hash == disk.Sha256 ? null : $"'{path}' has other content than was written";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BackupException)
        {
            return e is BackupException ? e.Message : $"'{path}' cannot be read: {e.Message}";
        }
    }

    /// <summary>Points of which an image, or one behind it, is not what was written.</summary>
    /// <param name="set">The set.</param>
    /// <param name="points">Its points, oldest first.</param>
    /// <param name="warnings">Receives one line for each image.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<IReadOnlySet<string>> FindBrokenAsync(
        ImageSet set, IReadOnlyList<ImagePoint> points, List<string> warnings, CancellationToken cancellationToken)
    {
        var broken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var point in points)
        {
            if (point.Parent is { } parent && (broken.Contains(parent) || points.All(one => one.Id != parent)))
                broken.Add(point.Id);
            foreach (var disk in point.Disks.Where(disk => disk.OverwrittenBy is null))
            {
                var fault = await FindFaultAsync(set, point, disk, always: false, cancellationToken)
                    .ConfigureAwait(false);
                if (fault is null) continue;
                broken.Add(point.Id);
                warnings.Add($"point '{point.Id}' is broken: {fault}; nothing builds on it any more");
            }
        }

        return broken;
    }
}
