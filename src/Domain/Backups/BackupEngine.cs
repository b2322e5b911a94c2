using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.Backups;

/// <summary>Takes restore points. The steps and what a crash after each leaves are in docs/design.md.</summary>
/// <param name="options">How backups are run on this host.</param>
/// <param name="time">The clock.</param>
internal sealed class BackupEngine(BackupEngineOptions options, TimeProvider time)
{
    private readonly StateDirectory _state = new(options.StateDirectory);

    /// <summary>Takes a restore point of a domain.</summary>
    /// <param name="connection">The host; stays open.</param>
    /// <param name="repository">Where the point goes; no other backup writes through this object meanwhile.</param>
    /// <param name="request">What to take and how.</param>
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="cancellationToken">
    /// Ends the backup: the job is ended and only its own checkpoint removed before the call returns, so the next run
    /// is correct.
    /// </param>
    /// <exception cref="BackupException">
    /// Why no point was taken; the guest was not disturbed and nothing that was stored before is harmed.
    /// </exception>
    public async Task<BackupReport> BackupAsync(
        LibvirtConnection connection,
        Repository repository,
        BackupRequest request,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        var host = await HostRequirements.CheckAsync(connection, cancellationToken).ConfigureAwait(false);
        using var domain = await DomainFinder.FindAsync(connection, request.Domain, cancellationToken)
            .ConfigureAwait(false);
        using var held = _state.LockDomain(domain.Uuid, domain.Name);
        var context = new BackupContext
        {
            Host = host,
            Domain = new LibvirtBackupDomain(domain, time),
            Sources = new LibvirtPointSources(domain),
            Repository = repository,
            Request = request,
            Options = options,
            State = _state,
            Journal = Journal.Open(_state.OpenDomain(domain.Uuid)),
            Time = time,
            Progress = progress,
        };
        return await RunFailure
            .ExplainAsync("backup", domain.Name, () => new BackupRun(context).ExecuteAsync(cancellationToken))
            .ConfigureAwait(false);
    }
}
