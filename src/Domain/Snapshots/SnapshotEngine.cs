using LibvirtBackup.Backups;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.State;

namespace LibvirtBackup.Snapshots;

/// <summary>
/// Snapshots of domains that have checkpoints: those stay true, or what would break them is refused with the way round.
/// </summary>
/// <remarks>
/// Deleting and reverting ask QEMU's monitor for bitmaps, which libvirt notes as tainting the domain.
/// </remarks>
/// <param name="options">How backups are run on this host; the state directory is shared with them.</param>
/// <param name="time">The clock.</param>
internal sealed class SnapshotEngine(BackupEngineOptions options, TimeProvider time)
{
    private readonly StateDirectory _state = new(options.StateDirectory);

    /// <summary>
    /// Takes an external snapshot of disks, without memory, and a checkpoint of the same instant where one is named. A
    /// domain that is shut off is started paused for it and stopped again: libvirt refuses such snapshots while there
    /// are checkpoints, and where it does not, it leaves bitmaps behind.
    /// </summary>
    /// <param name="connection">The host; stays open.</param>
    /// <param name="request">What to take.</param>
    /// <param name="cancellationToken">Gives up between two steps; what was begun is ended.</param>
    /// <exception cref="BackupException">Why there is no snapshot; a guest that was paused goes on.</exception>
    public Task<SnapshotReport> CreateAsync(
        LibvirtConnection connection, SnapshotRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        return RunAsync(
            connection, request.Domain, $"snapshot '{request.Name}' was not made",
            context => new SnapshotCreation(context, request).RunAsync(cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Deletes a snapshot and keeps what was written since: external ones since libvirt 9.0, by a commit.
    /// </summary>
    /// <param name="connection">The host; stays open.</param>
    /// <param name="domain">The domain: name, UUID or id.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="dropBitmaps">True to go on where bitmaps are lost.</param>
    /// <param name="cancellationToken">Gives up before the deletion begins.</param>
    /// <exception cref="BackupException">Why it was not deleted.</exception>
    public Task<SnapshotReport> DeleteAsync(
        LibvirtConnection connection,
        string domain,
        string snapshot,
        bool dropBitmaps,
        CancellationToken cancellationToken) => RunAsync(
            connection, domain, $"snapshot '{snapshot}' was not deleted",
            context => new SnapshotDeletion(context, snapshot).RunAsync(dropBitmaps, cancellationToken),
            cancellationToken);

    /// <summary>
    /// Takes a domain's disks back to a snapshot; what was written since is lost. External ones since libvirt 9.9.
    /// Internal ones only where no disk has a bitmap.
    /// </summary>
    /// <param name="connection">The host; stays open.</param>
    /// <param name="domain">The domain: name, UUID or id.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="start">What the domain does afterwards.</param>
    /// <param name="cancellationToken">Gives up before the revert begins.</param>
    /// <exception cref="BackupException">Why it was not reverted.</exception>
    public Task<SnapshotReport> RevertAsync(
        LibvirtConnection connection,
        string domain,
        string snapshot,
        AfterRevert start,
        CancellationToken cancellationToken) => RunAsync(
            connection, domain, $"the domain was not reverted to snapshot '{snapshot}'",
            context => new SnapshotRevert(context, snapshot).RunAsync(start, cancellationToken),
            cancellationToken);

    private async Task<SnapshotReport> RunAsync(
        LibvirtConnection connection,
        string name,
        string failed,
        Func<SnapshotContext, Task<SnapshotReport>> act,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var host = await HostRequirements.CheckAsync(connection, cancellationToken).ConfigureAwait(false);
        using var domain = await DomainFinder.FindAsync(connection, name, cancellationToken).ConfigureAwait(false);
        using var held = _state.LockDomain(domain.Uuid, domain.Name);
        try
        {
            return await act(new SnapshotContext
            {
                Host = host,
                Domain = domain,
                Options = options,
                State = _state,
                Journal = Journal.Open(_state.OpenDomain(domain.Uuid)),
                Time = time,
            }).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, $"{failed} on domain '{domain.Name}'");
        }
    }
}
