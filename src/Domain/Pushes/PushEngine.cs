using LibvirtBackup.Backups;
using LibvirtBackup.Hosts;
using LibvirtBackup.ImageSets;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.State;

namespace LibvirtBackup.Pushes;

/// <summary>
/// Has QEMU itself write the disks of a running domain as images, full or only what has changed. docs/push.md tells
/// what is promised.
/// </summary>
/// <param name="options">How backups are run on this host, which is the domain's.</param>
/// <param name="time">The clock.</param>
internal sealed class PushEngine(BackupEngineOptions options, TimeProvider time)
{
    private readonly StateDirectory _state = new(options.StateDirectory);

    /// <summary>Writes a point of a domain.</summary>
    /// <param name="connection">The host; stays open.</param>
    /// <param name="request">What to write and where to.</param>
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="cancellationToken">
    /// Ends the push: the job is ended, what it wrote and its checkpoint are removed before the call returns.
    /// </param>
    /// <exception cref="BackupException">
    /// Why no point was written; the guest was not disturbed and no older point is harmed.
    /// </exception>
    public async Task<PushReport> PushAsync(
        LibvirtConnection connection,
        PushRequest request,
        IProgress<PushProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        var host = await HostRequirements.CheckAsync(connection, cancellationToken).ConfigureAwait(false);
        using var domain = await DomainFinder.FindAsync(connection, request.Domain, cancellationToken)
            .ConfigureAwait(false);
        using var held = _state.LockDomain(domain.Uuid, domain.Name);
        var set = ImageSet.OpenOrCreate(request.Directory, domain.Name, domain.Uuid, time);
        using var writing = set.Lock();
        var context = new PushContext
        {
            Host = host,
            Libvirt = domain,
            Domain = new LibvirtBackupDomain(domain, time),
            Set = set,
            Request = request,
            Options = options,
            State = _state,
            Journal = Journal.Open(_state.OpenDomain(domain.Uuid)),
            Time = time,
            Progress = progress,
        };
        var job = new PushJob(domain, time);
        await using var watching = job.ConfigureAwait(false);
        return await RunFailure
            .ExplainAsync("push", domain.Name, () => new PushRun(context, job).ExecuteAsync(cancellationToken))
            .ConfigureAwait(false);
    }
}
