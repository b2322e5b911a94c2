using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Reports;

/// <summary>Makes reports of repositories; nothing is changed.</summary>
/// <param name="time">The clock.</param>
internal sealed class RepositoryReporter(TimeProvider time)
{
    /// <summary>Reads every point's manifest, and what verify has noted.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">The repository cannot be read.</exception>
    public async Task<RepositoryReport> MakeAsync(Repository repository, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var now = time.GetUtcNow();
        var damaged = await repository.ListDamagedPointsAsync(cancellationToken).ConfigureAwait(false);
        var (points, unreadable) = await ReadAsync(repository, cancellationToken).ConfigureAwait(false);
        return new RepositoryReport
        {
            Time = now,
            RepositoryId = repository.Id,
            Location = repository.Location,
            IsEncrypted = repository.IsEncrypted,
            PackBytes = await MeasureAsync(repository, cancellationToken).ConfigureAwait(false),
            Domains =
            [
                .. points.GroupBy(point => point.DomainUuid).Select(group => Report([.. group], damaged, now))
                    .OrderBy(domain => domain.Name, StringComparer.Ordinal).ThenBy(domain => domain.Uuid),
            ],
            Unreadable = unreadable,
        };
    }

    private static async Task<(List<RestorePoint> Points, List<string> Unreadable)> ReadAsync(
        Repository repository, CancellationToken cancellationToken)
    {
        var (points, unreadable) = (new List<RestorePoint>(), new List<string>());
        foreach (var id in await repository.Points.ListIdsAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (await repository.Points.TryReadAsync(id, cancellationToken).ConfigureAwait(false) is { } point)
                    points.Add(point); // else it was forgotten meanwhile
            }
            catch (BackupException e) when (e.Kind == FailureKind.Integrity)
            {
                unreadable.Add(e.Message);
            }
        }

        return (points, unreadable);
    }

    private static DomainReport Report(
        IReadOnlyList<RestorePoint> points, IReadOnlySet<string> damaged, DateTimeOffset now)
    {
        var reports = points.OrderBy(point => point.Time).Select(point => Report(point, damaged)).ToList();
        var (health, reasons) = DomainHealth.Judge(reports, now);
        return new DomainReport
        {
            Name = points.MaxBy(point => point.Time)!.Domain, // never empty
            Uuid = points[0].DomainUuid,
            Points = reports,
            Health = health,
            Reasons = reasons,
        };
    }

    private static PointReport Report(RestorePoint point, IReadOnlySet<string> damaged) => new(
        point.Id, point.Track, point.Level, point.Reason, point.Time,
        point.Disks.Sum(disk => disk.VirtualSizeBytes), point.Disks.Sum(disk => disk.ReadBytes),
        point.Disks.Sum(disk => disk.StoredBytes), point.Timings?.Copy, point.Quiesced, damaged.Contains(point.Id),
        point.Warnings);

    private static async Task<long> MeasureAsync(Repository repository, CancellationToken cancellationToken)
    {
        var total = 0L;
        foreach (var key in await repository.Store.ListAsync(PackFormat.Folder, cancellationToken)
            .ConfigureAwait(false))
            total += await repository.Store.GetLengthAsync(key, cancellationToken).ConfigureAwait(false) ?? 0;
        return total;
    }
}
