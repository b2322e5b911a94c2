using LibvirtBackup.Backups;
using LibvirtBackup.Hosts;
using LibvirtBackup.Observation;
using LibvirtBackup.Recovery;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Restores;
using LibvirtBackup.Retention;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LibvirtBackup.Clients;

/// <summary>
/// The door to the library: hosts, repositories, restores and policies. One serves a whole program, and any number of
/// threads. Expected failures are <see cref="BackupException"/>s.
/// </summary>
public sealed class BackupClient
{
    private readonly Observer _observer;
    private readonly RestoreEngine _restores = new();

    /// <summary>Makes a client.</summary>
    /// <param name="options">How to work on this machine; null for the defaults.</param>
    /// <param name="time">The clock; null for the machine's.</param>
    /// <param name="logger">Is told of each operation's begin and end; null for none.</param>
    /// <exception cref="BackupException">The options make no sense.</exception>
    public BackupClient(
        BackupClientOptions? options = null, TimeProvider? time = null, ILogger<BackupClient>? logger = null)
    {
        options ??= new BackupClientOptions();
        Time = time ?? TimeProvider.System;
        _observer = new Observer(
            logger ?? NullLogger<BackupClient>.Instance, Time, ended => OperationEnded?.Invoke(this, ended));
        var engine = options.ToEngineOptions();
        Backups = new BackupEngine(engine, Time);
        Doctor = new Doctor(engine, Time);
        Policies = new BackupPolicies(this, engine, options.ToInstantRecoveryOptions(), _observer);
    }

    /// <summary>
    /// Raised after each operation, also a failed one, before its task ends. What a handler throws is logged and harms
    /// nothing.
    /// </summary>
    public event EventHandler<OperationEndedEventArgs>? OperationEnded;

    /// <summary>Policies: which domains, when, how long kept, how proved.</summary>
    public BackupPolicies Policies { get; }

    internal TimeProvider Time { get; }

    internal BackupEngine Backups { get; }

    internal Doctor Doctor { get; }

    /// <summary>Connects to a host.</summary>
    /// <param name="uri">Such as <c>qemu:///system</c>; null for <c>LIBVIRT_DEFAULT_URI</c>, then libvirt's own choice.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The host; dispose it.</returns>
    /// <exception cref="BackupException">libvirt cannot be reached, or is not installed.</exception>
    public async Task<BackupHost> ConnectAsync(string? uri = null, CancellationToken cancellationToken = default)
    {
        var connection = await HostConnector.OpenAsync(uri, "the URI", cancellationToken).ConfigureAwait(false);
        return new BackupHost(connection, this, _observer);
    }

    /// <summary>Makes a repository in a directory, which is created when absent and must hold no repository.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="options">Chunk size, compression, encryption; null for the defaults: not encrypted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The repository; dispose it.</returns>
    /// <exception cref="BackupException">The options make no sense, or a repository is there.</exception>
    public Task<Repository> CreateRepositoryAsync(
        string directory, RepositoryOptions? options = null, CancellationToken cancellationToken = default) =>
        Repository.CreateAsync(directory, options ?? new RepositoryOptions(), Time, cancellationToken);

    /// <summary>Opens the repository in a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="secret">What opens it, see <see cref="SecretFile"/>; null for one that is not encrypted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The repository, for one backup at a time; dispose it.</returns>
    /// <exception cref="BackupException">There is none, it is damaged, the secret does not open it, or a newer version
    /// made it.</exception>
    public Task<Repository> OpenRepositoryAsync(
        string directory, RepositorySecret? secret = null, CancellationToken cancellationToken = default) =>
        Repository.OpenAsync(directory, secret, Time, cancellationToken);

    /// <summary>Restores disks of a point to files and devices; a domain is defined by
    /// <see cref="BackupHost.RestoreAsync"/>.</summary>
    /// <inheritdoc cref="RestoreEngine.RestoreAsync(Repository, RestoreRequest, IProgress{RestoreProgress}?,
    /// CancellationToken)"/>
    public Task<RestoreReport> RestoreAsync(
        Repository repository,
        RestoreRequest request,
        IProgress<RestoreProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _observer.RunAsync(
            OperationKind.Restore, request.Point,
            () => _restores.RestoreAsync(repository, request, progress, cancellationToken), Observer.Note);
    }

    /// <summary>Reads points, or all that is stored, and checks that they restore to what the disks held.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="request">What to verify; null for everything.</param>
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found; damage is no exception here.</returns>
    /// <exception cref="BackupException">The request makes no sense, or there is no such point.</exception>
    public Task<VerifyReport> VerifyAsync(
        Repository repository,
        VerifyRequest? request = null,
        IProgress<MaintenanceProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return _observer.RunAsync(
            OperationKind.Verify, repository.Location,
            () => RepositoryVerifier.VerifyAsync(
                repository, request ?? new VerifyRequest(), progress, cancellationToken));
    }

    /// <summary>Forgets the points that rules do not keep; in each track of each domain they count by themselves.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="rules">What to keep, in local time.</param>
    /// <param name="dryRun">True to decide only.</param>
    /// <param name="cancellationToken">Leaves the rest.</param>
    /// <returns>Why each point stays or goes. Their space is freed by <see cref="CollectGarbageAsync"/>.</returns>
    /// <exception cref="BackupException">There is no rule, or a point is in use.</exception>
    public Task<IReadOnlyList<RetentionDecision>> PruneAsync(
        Repository repository, RetentionRules rules, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(rules);
        return _observer.RunAsync(OperationKind.Prune, repository.Location, async () =>
        {
            var (points, _) = await repository.ListPointsAsync(cancellationToken).ConfigureAwait(false);
            var decisions = await Pruner.DecideAsync(repository, points, rules, Time.LocalTimeZone, cancellationToken)
                .ConfigureAwait(false);
            if (!dryRun) await Pruner.RemoveAsync(repository, decisions, cancellationToken).ConfigureAwait(false);
            return decisions;
        });
    }

    /// <summary>Frees the space that no point needs; backups may run meanwhile.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="cancellationToken">Leaves the rest to the next run.</param>
    /// <exception cref="BackupException">Another run is under way, or the repository cannot be written.</exception>
    public Task<GcReport> CollectGarbageAsync(Repository repository, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return _observer.RunAsync(
            OperationKind.CollectGarbage, repository.Location,
            () => new GarbageCollector(Time).CollectAsync(repository, cancellationToken));
    }
}
