using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Differences;

namespace LibvirtBackup.Exports.Points;

/// <summary>Makes exports of restore points.</summary>
internal static class PointExports
{
    /// <param name="repository">The repository.</param>
    /// <param name="request">Which points and disks.</param>
    /// <param name="chunks">What all of them are read through.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// The disks of the points, in order. They are named like the disks (<c>vda</c>), or <c>POINT/vda</c> where several
    /// points are served.
    /// </returns>
    /// <exception cref="BackupException">A point or disk does not exist, or cannot be read.</exception>
    internal static async Task<IReadOnlyList<IExport>> OpenAsync(
        Repository repository, PointServeRequest request, ChunkCache chunks, CancellationToken cancellationToken)
    {
        var since = new List<RestorePoint>();
        foreach (var id in request.Since)
            since.Add(await repository.GetPointAsync(id, cancellationToken).ConfigureAwait(false));
        var exports = new List<IExport>();
        foreach (var id in request.Points)
        {
            var point = await repository.GetPointAsync(id, cancellationToken).ConfigureAwait(false);
            foreach (var disk in Select(point, request.Disks))
                exports.Add(new PointExport(
                    repository,
                    disk,
                    request.Points.Count == 1 ? disk.Name : $"{point.Id}/{disk.Name}",
                    $"disk {disk.Name} of domain {point.Domain} at {point.Time:u}",
                    chunks,
                    since.Select(before => new ChangedMap(
                        new PointComparison(repository, before, point), disk.Name))));
        }

        return exports;
    }

    private static IReadOnlyList<RestorePointDisk> Select(RestorePoint point, IReadOnlyList<string> disks)
    {
        if (disks.FirstOrDefault(name => point.Disks.All(disk => disk.Name != name)) is { } unknown)
            throw new BackupException(
                FailureKind.Usage,
                $"point {point.Id} has no disk '{unknown}'; it has "
                + string.Join(", ", point.Disks.Select(disk => disk.Name)));
        return disks.Count == 0
            ? point.Disks
            : [.. point.Disks.Where(disk => disks.Contains(disk.Name, StringComparer.Ordinal))];
    }
}
