using LibvirtBackup.Clients;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Keys;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LibvirtBackup.HealthChecks;

/// <summary>
/// Whether each domain in a repository has a good point that is young enough. Points that are damaged or cannot be read
/// degrade.
/// </summary>
/// <param name="client">From <c>AddLibvirtBackup</c>.</param>
/// <param name="directory">The repository.</param>
/// <param name="maximumAge">How old the newest good point of each domain may be.</param>
/// <param name="secret">Gives what opens it; null for one that is not encrypted.</param>
public sealed class RepositoryHealthCheck(
    BackupClient client, string directory, TimeSpan maximumAge, Func<RepositorySecret?>? secret = null) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var repository = await client.OpenRepositoryAsync(directory, secret?.Invoke(), cancellationToken)
                .ConfigureAwait(false);
            var (points, unreadable) = await repository.ListPointsAsync(cancellationToken).ConfigureAwait(false);
            var damaged = await repository.ListDamagedPointsAsync(cancellationToken).ConfigureAwait(false);
            return Judge(points, unreadable.Count, damaged, context.Registration.FailureStatus);
        }
        catch (Exception e) when (e is BackupException or IOException or UnauthorizedAccessException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e);
        }
    }

    private HealthCheckResult Judge(
        IReadOnlyList<PointSummary> points, int unreadable, IReadOnlySet<string> damaged, HealthStatus failure)
    {
        if (points.Count == 0) return new HealthCheckResult(failure, "there is no restore point");
        var oldest = client.Time.GetUtcNow() - maximumAge;
        var late = points.GroupBy(point => point.DomainUuid)
            .Where(group => !group.Any(point => point.Time >= oldest && !damaged.Contains(point.Id)))
            .Select(group => group.MaxBy(point => point.Time)!.Domain) // a group is never empty
            .Order(StringComparer.Ordinal)
            .ToList();
        if (late.Count > 0)
        {
            return new HealthCheckResult(
                failure, $"no good point within {DurationText.Format(maximumAge)} of: {string.Join(", ", late)}");
        }

        return damaged.Count + unreadable == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded(
                $"{damaged.Count} points are damaged, {unreadable} cannot be read; see 'lvbackup verify'");
    }
}
