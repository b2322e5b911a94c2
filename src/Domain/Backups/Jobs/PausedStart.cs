using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>The end of a domain that was started paused for a while.</summary>
internal static class PausedStart
{
    /// <summary>
    /// QEMU's run state until the guest runs for the first time. Paused after that, it is <c>paused</c> or the reason;
    /// <c>inmigrate</c> when its memory is to come from elsewhere.
    /// </summary>
    private const string NeverRan = "prelaunch";

    /// <summary>
    /// Stops the domain, unless its guest has ever run: then it is somebody else's, though it may be paused again.
    /// </summary>
    /// <returns>Whether it was stopped.</returns>
    internal static async Task<bool> TryStopAsync(LibvirtDomain domain, CancellationToken cancellationToken)
    {
        var current = await domain.GetStateAsync(cancellationToken).ConfigureAwait(false);
        if (current.State != VirDomainState.Paused) return false;
        var state = await QmpClient.For(domain).QueryStatusAsync(cancellationToken).ConfigureAwait(false);
        if (state != NeverRan) return false;
        await domain.DestroyAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return true;
    }
}
