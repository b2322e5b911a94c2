using LibvirtBackup.Clients;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LibvirtBackup.HealthChecks;

/// <summary>
/// Whether a host can be reached and can do incremental backups. Add it with
/// <c>AddTypeActivatedCheck&lt;HostHealthCheck&gt;("libvirt", "qemu:///system")</c>.
/// </summary>
/// <param name="client">From <c>AddLibvirtBackup</c>.</param>
/// <param name="uri">The host; null for libvirt's own choice.</param>
public sealed class HostHealthCheck(BackupClient client, string? uri = null) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var host = await client.ConnectAsync(uri, cancellationToken).ConfigureAwait(false);
            await using var closing = host.ConfigureAwait(false);
            await host.CheckAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        }
        catch (BackupException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e);
        }
    }
}
