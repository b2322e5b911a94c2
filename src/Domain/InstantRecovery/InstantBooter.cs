using LibvirtBackup.InstantRecovery.Servers;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.InstantRecovery;

/// <summary>Runs domains from restore points at once, and brings back what was killed.</summary>
internal sealed class InstantBooter
{
    private readonly TimeProvider _time;
    private readonly InstantRegistry _registry;
    private readonly PointServers _servers;
    private readonly InstantDiscarder _discarder;

    /// <summary>Makes it.</summary>
    /// <param name="options">Where what runs is noted, and how its servers are started.</param>
    /// <param name="time">The clock.</param>
    public InstantBooter(InstantRecoveryOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _time = time;
        _registry = new InstantRegistry(new StateDirectory(options.StateDirectory));
        _servers = new PointServers(options, _registry, time);
        _discarder = new InstantDiscarder(options, time);
    }

    /// <summary>The domains of this host that run from a repository, by name, and the process id of each one's server,
    /// or null when it does not run.</summary>
    public IReadOnlyList<(InstantDomain Domain, int? Server)> List() =>
        [.. _registry.List().Select(domain => (domain, _servers.Find(domain)?.ProcessId))];

    /// <summary>
    /// Boots a point. Where a domain of this name runs from it already, that one is brought back: its server is started
    /// if it was killed, and the domain too.
    /// </summary>
    /// <param name="connection">The host.</param>
    /// <param name="repository">Where the point is.</param>
    /// <param name="request">What to boot.</param>
    /// <param name="cancellationToken">Before the guest runs: what was made is removed again.</param>
    /// <exception cref="BackupException">Why it does not run; what was made is removed again.</exception>
    public async Task<InstantReport> BootAsync(
        LibvirtConnection connection, Repository repository, InstantRequest request,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(request);
        var point = await repository.GetPointAsync(request.Point, cancellationToken).ConfigureAwait(false);
        var left = await _discarder.ClearLeftOversAsync(connection, cancellationToken).ConfigureAwait(false);
        if (_registry.Find(request.Name ?? point.Domain) is { } known)
            return known.Point == point.Id
                ? await BringBackAsync(connection, known, start: true, cancellationToken).ConfigureAwait(false)
                : throw new BackupException(
                    FailureKind.Failed,
                    $"domain '{known.Name}' runs from point {known.Point} already: finish or discard it ('lvbackup "
                    + $"boot --name {known.Name} --finish'), or give another name with --name");
        var plan = await InstantPlan.MakeAsync(
            connection, repository, point, request, testedBy: null, _time.GetUtcNow(), cancellationToken)
            .ConfigureAwait(false);
        var warnings = new List<string>([.. left, .. plan.Warnings]);
        using var held = _registry.Lock(plan.Domain.Uuid, plan.Domain.Name);
        _registry.Save(plan.Domain);
        try
        {
            var running = await StartAsync(connection, repository, plan, warnings, cancellationToken)
                .ConfigureAwait(false);
            return new InstantReport(running, IsNew: true, ServerStarted: true, GuestResumed: true, warnings);
        }
        catch (Exception e)
        {
            await _discarder.UndoLockedAsync(connection, plan.Domain).ConfigureAwait(false);
            if (e is not (LibvirtException or IOException or UnauthorizedAccessException)) throw;
            throw new BackupException(
                FailureKind.Failed,
                $"domain '{plan.Domain.Name}' does not start from point {point.Id}: {e.Message}; what was made for it "
                + "is removed again",
                e);
        }
    }

    /// <summary>Brings the server of a domain back, and lets the guest go on that waits for it.</summary>
    /// <param name="connection">The host.</param>
    /// <param name="name">The domain's name or UUID.</param>
    /// <param name="start">True to start the domain when it is off.</param>
    /// <param name="cancellationToken">Gives up; whatever was started goes on.</param>
    /// <exception cref="BackupException">Why it does not run.</exception>
    public Task<InstantReport> BringBackAsync(
        LibvirtConnection connection, string name, bool start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return BringBackAsync(connection, _registry.Get(name), start, cancellationToken);
    }

    /// <summary>Starts a domain of a plan that is noted.</summary>
    private async Task<InstantDomain> StartAsync(
        LibvirtConnection connection, Repository repository, InstantPlan plan, List<string> warnings,
        CancellationToken cancellationToken)
    {
        InstantBuilder.MakeDirectory(plan.Domain);
        if (await InstantUse.TryMarkAsync(repository, plan.Domain, cancellationToken).ConfigureAwait(false) is { } told)
            warnings.Add(told);
        await _servers.EnsureAsync(plan.Domain, cancellationToken).ConfigureAwait(false);
        var tpm = await InstantBuilder.MakeFilesAsync(plan, repository, warnings, cancellationToken)
            .ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        // From here on it is libvirt's; not to be given up half-way.
        using var domain = await DefineAsync().ConfigureAwait(false);
        // Noted before the guest runs: from then on nobody but the user throws it away.
        var running = plan.Domain with { Phase = InstantPhase.Running };
        _registry.Save(running);
        await domain.StartAsync(cancellationToken: CancellationToken.None).ConfigureAwait(false);
        return running;

        async Task<LibvirtDomain> DefineAsync()
        {
            try
            {
                return await connection.DefineDomainAsync(
                    plan.Definition.ToXml(), cancellationToken: CancellationToken.None).ConfigureAwait(false);
            }
            catch (LibvirtException)
            {
                tpm.Undo();
                throw;
            }
        }
    }

    private async Task<InstantReport> BringBackAsync(
        LibvirtConnection connection, InstantDomain known, bool start, CancellationToken cancellationToken)
    {
        using var held = _registry.Lock(known.Uuid, known.Name);
        var serverStarted = await _servers.EnsureAsync(known, cancellationToken).ConfigureAwait(false);
        using var domain = await InstantDiscarder.FindAsync(connection, known, cancellationToken).ConfigureAwait(false)
            ?? throw new BackupException(
                FailureKind.Failed,
                $"domain '{known.Name}' ({known.Uuid}) is not defined any more; what the guest wrote is in "
                + $"'{known.Directory}': 'lvbackup boot --name {known.Name} --discard' throws it away");
        if (await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false))
        {
            var resumed = await GuestResumer.ResumeAsync(domain, _time, cancellationToken).ConfigureAwait(false);
            return new InstantReport(known, IsNew: false, serverStarted, resumed, []);
        }

        if (!start) return new InstantReport(known, IsNew: false, serverStarted, GuestResumed: false, []);
        await domain.StartAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return new InstantReport(known, IsNew: false, serverStarted, GuestResumed: true, []);
    }
}
