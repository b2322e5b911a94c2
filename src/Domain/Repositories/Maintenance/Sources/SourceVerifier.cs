using LibvirtBackup.Backups;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>Compares a point with the live disks of its domain. Nothing of the domain is changed.</summary>
/// <param name="options">How backups are run on this host: where the job's files go.</param>
/// <param name="time">The clock.</param>
public sealed class SourceVerifier(BackupEngineOptions options, TimeProvider time)
{
    /// <summary>
    /// Compares chunk by chunk, but for what the guest has written since: that is known from the checkpoint's bitmap,
    /// of the running domain or in the image.
    /// </summary>
    /// <param name="connection">The host.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="point">The point, or enough of its id; null for the newest of the domain.</param>
    /// <param name="cancellationToken">Gives up; the job is ended before the call returns.</param>
    /// <exception cref="BackupException">The disks cannot be read, or there is no such point.</exception>
    public async Task<SourceReport> CompareAsync(
        LibvirtConnection connection, Repository repository, string domain, string? point,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(repository);
        var compared = await FindPointAsync(connection, repository, domain, point, cancellationToken)
            .ConfigureAwait(false);
        var results = new Dictionary<string, ComparedDisk>(StringComparer.Ordinal);
        var live = new LiveDisks(options, time);
        var plans = await live.ReadAsync(
                connection, repository, domain, [.. compared.Disks.Select(disk => disk.Name)], compared,
                async (plan, source, token) =>
                {
                    var disk = compared.Disks.First(d => d.Name == plan.Disk.Name);
                    results[disk.Name] = await new DiskComparison(
                            source, repository.OpenMap(disk), bytes => repository.NameOf(bytes.Span),
                            hasDirtyMap: plan.Parent is not null, _ => { })
                        .RunAsync(token).ConfigureAwait(false);
                },
                cancellationToken)
            .ConfigureAwait(false);
        return new SourceReport
        {
            Point = compared.Id,
            Domain = compared.Domain,
            Disks = [.. compared.Disks.Select(disk =>
            {
                var plan = plans.FirstOrDefault(p => p.Disk.Name == disk.Name);
                return plan is null
                    ? SourceDiskReport.Absent(disk.Name)
                    : SourceDiskReport.Of(disk.Name, plan.Reason, results[disk.Name]);
            })],
        };
    }

    private static async Task<RestorePoint> FindPointAsync(
        LibvirtConnection connection, Repository repository, string name, string? point,
        CancellationToken cancellationToken)
    {
        if (point is not null) return await repository.GetPointAsync(point, cancellationToken).ConfigureAwait(false);
        using var domain = await DomainFinder.FindAsync(connection, name, cancellationToken).ConfigureAwait(false);
        var (points, _) = await repository.ListPointsAsync(cancellationToken).ConfigureAwait(false);
        var newest = points.LastOrDefault(p => p.DomainUuid == domain.Uuid)
            ?? throw new BackupException(
                FailureKind.Failed, $"no restore point of domain '{domain.Name}' in repository "
                    + $"'{repository.Location}' to compare it with");
        return await repository.GetPointAsync(newest.Id, cancellationToken).ConfigureAwait(false);
    }
}
