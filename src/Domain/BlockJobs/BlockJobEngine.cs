using LibvirtBackup.Backups;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.State;
using LibvirtBackup.Views;

namespace LibvirtBackup.BlockJobs;

/// <summary>
/// Moves data between the images of a disk and keeps every checkpoint true: what would lose bitmaps is refused, those
/// that libvirt drops are carried over, and each checkpoint is looked at afterwards.
/// </summary>
/// <remarks>QEMU's monitor is asked for the bitmaps, which libvirt notes as tainting the domain.</remarks>
/// <param name="options">How backups are run on this host; the state directory is shared with them.</param>
/// <param name="time">The clock.</param>
internal sealed class BlockJobEngine(BackupEngineOptions options, TimeProvider time)
{
    private const string Next = "the guest goes on with the same data; see 'virsh blockjob', and run it again";

    private readonly StateDirectory _state = new(options.StateDirectory);

    /// <summary>Runs a job to its end.</summary>
    /// <param name="connection">The host; stays open.</param>
    /// <param name="request">What to do.</param>
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="cancellationToken">
    /// Ends the job before the call returns; the disk is as it was, but for data that was copied and is not used.
    /// </param>
    /// <exception cref="BackupException">
    /// Why it was not done, or that it failed half-way; the guest goes on with the same data in any case.
    /// </exception>
    public async Task<BlockJobReport> RunAsync(
        LibvirtConnection connection,
        BlockJobRequest request,
        IProgress<BlockJobProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(request);
        await HostRequirements.CheckAsync(connection, cancellationToken).ConfigureAwait(false);
        using var domain = await DomainFinder.FindAsync(connection, request.Domain, cancellationToken)
            .ConfigureAwait(false);
        using var held = _state.LockDomain(domain.Uuid, domain.Name);
        try
        {
            await ViewGuard.RefuseWhenOpenAsync(domain, options.StateDirectory, time, cancellationToken)
                .ConfigureAwait(false);
            var journal = Journal.Open(_state.OpenDomain(domain.Uuid));
            var running = await RunningDomain.EnsureAsync(domain, journal, _state, cancellationToken)
                .ConfigureAwait(false);
            await using var stopping = running.ConfigureAwait(false);
            return await new BlockJobRun(domain, request, time, progress).ExecuteAsync(cancellationToken)
                .ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, $"the block job on disk '{request.Disk}' of domain '{domain.Name}' failed", Next);
        }
        catch (Exception e) when (e is LibvirtConnectionLostException or EventsLostException)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"the block job on disk '{request.Disk}' of domain '{domain.Name}' cannot be followed to its end: "
                + $"{e.Message}; {Next}",
                e);
        }
    }
}
