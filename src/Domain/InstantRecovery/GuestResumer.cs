using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.InstantRecovery;

/// <summary>
/// Lets a guest go on that QEMU has paused because its server was gone. QEMU connects again by itself, after at most
/// 16 s (QEMU 7.2 to 11.1), and pauses the guest anew when it goes on before: its requests wait, none is lost.
/// </summary>
internal static class GuestResumer
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(300);

    /// <summary>Looks that find the guest running, before that is believed.</summary>
    private const int EnoughLooks = 3;

    /// <returns>True when it waited for its disks and goes on; false when it did not wait for them.</returns>
    /// <exception cref="BackupException">It stays paused.</exception>
    internal static async Task<bool> ResumeAsync(
        LibvirtDomain domain, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var hasWaited = false;
        for (var looks = 0; looks < EnoughLooks; looks++)
        {
            if (await IsWaitingAsync(domain, cancellationToken).ConfigureAwait(false))
            {
                if (time.GetElapsedTime(start) > s_patience)
                    throw new BackupException(
                        FailureKind.Failed,
                        $"domain '{domain.Name}' stays paused by I/O errors though its server runs: see 'virsh "
                        + $"domblkerror {domain.Name}' (is its storage full?), then 'virsh resume {domain.Name}'");
                await TryResumeAsync(domain, cancellationToken).ConfigureAwait(false);
                (looks, hasWaited) = (-1, true);
            }

            await Task.Delay(s_interval, time, cancellationToken).ConfigureAwait(false);
        }

        return hasWaited;
    }

    internal static async Task<bool> IsWaitingAsync(LibvirtDomain domain, CancellationToken cancellationToken)
    {
        var state = await domain.GetStateAsync(cancellationToken).ConfigureAwait(false);
        return state.State == VirDomainState.Paused && state.Reason == (int)VirDomainPausedReason.Ioerror;
    }

    internal static async Task TryResumeAsync(LibvirtDomain domain, CancellationToken cancellationToken)
    {
        try
        {
            await domain.ResumeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code is VirErrorNumber.OperationInvalid)
        {
            // It runs by now, or has ended.
        }
    }
}
