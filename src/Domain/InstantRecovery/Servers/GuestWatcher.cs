using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.InstantRecovery.Servers;

/// <summary>
/// Lets a guest go on that met an error while its server was away. QEMU finds out that a connection is dead when it
/// next reads, which may be long after a new server has begun: it pauses the guest then, and connects again meanwhile.
/// </summary>
internal sealed class GuestWatcher(InstantDomain domain, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestInterval = TimeSpan.FromSeconds(10);

    /// <summary>After so many attempts in a row the error is another one, for people to look at.</summary>
    private const int MostAttempts = 20;

    private int _attempts;

    /// <summary>Watches until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        LibvirtConnection? connection = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                connection ??= await LibvirtConnection.OpenAsync(
                    domain.Connection, cancellationToken: cancellationToken).ConfigureAwait(false);
                await LookAsync(connection, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is LibvirtException or LibvirtConnectionLostException)
            {
                // libvirtd is started again, or the domain is gone; the guest is served all the same.
                if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
                connection = null;
            }
            catch (OperationCanceledException)
            {
                break;
            }

            var wait = TimeSpan.FromTicks(Math.Min(s_longestInterval.Ticks, s_interval.Ticks * (_attempts + 1)));
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task LookAsync(LibvirtConnection connection, CancellationToken cancellationToken)
    {
        using var guest = await connection.LookupDomainAsync(domain.Uuid, cancellationToken).ConfigureAwait(false);
        if (!await GuestResumer.IsWaitingAsync(guest, cancellationToken).ConfigureAwait(false))
        {
            _attempts = 0;
            return;
        }

        // Storage that is full needs people, not another attempt.
        var errors = await guest.GetDiskErrorsAsync(cancellationToken).ConfigureAwait(false);
        if (_attempts >= MostAttempts || errors.Values.Contains(VirDomainDiskErrorCode.NoSpace)) return;
        _attempts++;
        await GuestResumer.TryResumeAsync(guest, cancellationToken).ConfigureAwait(false);
    }
}
