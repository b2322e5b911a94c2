using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Backups;

/// <summary>Freezes the guest's file systems for the instant of a backup, and thaws them whatever happens.</summary>
internal sealed class GuestFreezer(LibvirtDomain domain, TimeSpan timeout, TimeProvider time)
{
    /// <returns>True when the guest is frozen.</returns>
    /// <exception cref="BackupException">It was required and did not work; the guest is thawed.</exception>
    internal async Task<bool> FreezeAsync(QuiesceMode mode, List<string> warnings, CancellationToken cancellationToken)
    {
        if (mode == QuiesceMode.None) return false;
        try
        {
            await domain.FreezeFileSystemsAsync(cancellationToken: CancellationToken.None)
                .WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is LibvirtException or TimeoutException or OperationCanceledException)
        {
            // A call that was given up may still freeze the guest later; the thaw waits behind it in libvirt.
            if (e is not LibvirtException) await ThawAsync(warnings).ConfigureAwait(false);
            if (e is OperationCanceledException) throw;
            var why = e is TimeoutException ? $"no answer within {timeout.TotalSeconds:0} s" : e.Message;
            if (mode == QuiesceMode.Require)
                throw new BackupException(
                    FailureKind.Failed,
                    $"the guest of domain '{domain.Name}' did not freeze its file systems: {why}; see that "
                    + "qemu-guest-agent runs in it, "
                    + "or use --quiesce try",
                    e);
            warnings.Add($"the guest did not freeze its file systems ({why}): the point is crash-consistent");
            return false;
        }
    }

    internal async Task ThawAsync(List<string> warnings)
    {
        try
        {
            await domain.ThawFileSystemsAsync(cancellationToken: CancellationToken.None).WaitAsync(timeout, time)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is LibvirtException or TimeoutException)
        {
            warnings.Add($"the guest's file systems may still be frozen ({e.Message}): run 'virsh domfsthaw "
                + $"{domain.Name}'");
        }
    }
}
