using LibvirtBackup.Backups;
using LibvirtBackup.Exports;
using LibvirtBackup.Hosts;
using LibvirtBackup.InstantRecovery;
using LibvirtBackup.InstantRecovery.Proofs;
using LibvirtBackup.Observation;
using LibvirtBackup.Policies;
using LibvirtBackup.Policies.Planning;
using LibvirtBackup.Policies.Reading;
using LibvirtBackup.Policies.Running;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Maintenance;

namespace LibvirtBackup.Clients;

/// <summary>Reads, plans and runs policies, from <see cref="BackupClient.Policies"/>.</summary>
public sealed class BackupPolicies
{
    private readonly BackupClient _client;
    private readonly PolicyEngine _engine;
    private readonly PolicyAccess _access;
    private readonly Observer _observer;

    internal BackupPolicies(
        BackupClient client, BackupEngineOptions options, InstantRecoveryOptions instant, Observer observer)
    {
        (_client, _observer) = (client, observer);
        var prover = new RestoreProver(instant, new PointServer(client.Time), client.Time);
        _engine = new PolicyEngine(
            options, client.Backups, new GarbageCollector(client.Time), prover, client.Time);
        _access = new PolicyAccess
        {
            ConnectAsync = (uri, token) => HostConnector.OpenAsync(uri, "'connect' in the policy", token),
            OpenAsync = (repository, token) => Repository.OpenAsync(
                repository.Directory, SecretFile.Read(repository.PassphraseFile, repository.KeyFile), client.Time,
                token),
        };
    }

    /// <summary>Reads a policy file (docs/policies.md).</summary>
    /// <param name="file">The YAML file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The policy, or all that is wrong with it, each with line and column.</returns>
    /// <exception cref="BackupException">The file cannot be read.</exception>
    public async Task<PolicyReading> ReadAsync(string file, CancellationToken cancellationToken = default)
    {
        try
        {
            var text = await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false);
            return PolicyReader.Read(file, text, _client.Time.LocalTimeZone);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Failed, $"cannot read the policy '{file}': {e.Message}", e);
        }
    }

    /// <summary>Shows what a policy will do, from now on, if all goes well.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="length">How far to look ahead.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">Its host or repository cannot be opened, or it selects no domain.</exception>
    public Task<Simulation> PlanAsync(Policy policy, TimeSpan length, CancellationToken cancellationToken = default) =>
        _engine.PlanAsync(policy, _access, length, cancellationToken);

    /// <summary>Shows how a policy stands.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">Its host or repository cannot be opened.</exception>
    public Task<PolicyStatus> GetStatusAsync(Policy policy, CancellationToken cancellationToken = default) =>
        _engine.GetStatusAsync(policy, _access, cancellationToken);

    /// <summary>Does what is due, and nothing else; call it often. A policy that fails stops no other.</summary>
    /// <param name="policies">The policies; their names differ.</param>
    /// <param name="progress">Receives each task that ends, or null.</param>
    /// <param name="cancellationToken">
    /// Ends what runs, and leaves the rest; hooks and notifications that tell the end are run, and the reports
    /// returned.
    /// </param>
    /// <returns>A report per policy, in their order.</returns>
    /// <exception cref="BackupException">Busy: another run is under way on this machine.</exception>
    public Task<IReadOnlyList<PolicyRunReport>> RunAsync(
        IReadOnlyList<Policy> policies,
        IProgress<PolicyProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policies);
        return _observer.RunAsync(
            OperationKind.RunPolicies, string.Join(", ", policies.Select(policy => policy.Name)),
            () => _engine.RunAsync(policies, _access, Ended, cancellationToken));

        void Ended(string policy, TaskReport task)
        {
            Observer.Note(task);
            progress?.Report(new PolicyProgress(policy, task));
        }
    }
}
