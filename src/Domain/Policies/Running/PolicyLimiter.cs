using System.Collections.Concurrent;
using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Policies.Running;

/// <summary>
/// Holds tasks back until their host and their repository have room for one more, and backups of a domain until that of
/// another policy, on another track, is over.
/// </summary>
internal sealed class PolicyLimiter : IDisposable
{
    private readonly Dictionary<string, SemaphoreSlim> _hosts;
    private readonly Dictionary<string, SemaphoreSlim> _repositories;
    private readonly ConcurrentDictionary<Guid, SemaphoreSlim> _domains = new();

    internal PolicyLimiter(IReadOnlyList<Policy> policies)
    {
        _hosts = Rooms(policies, Host, policy => policy.Limits.Host);
        _repositories = Rooms(policies, Repository, policy => policy.Limits.Repository);
    }

    /// <summary>
    /// Does something when there is room. Domain before host before repository always, so nobody waits in a circle.
    /// </summary>
    internal async Task<T> RunAsync<T>(
        Policy policy, PolicyDecision task, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        SemaphoreSlim[] rooms = task switch
        {
            { Kind: PolicyTaskKind.Backup, Domain: { } domain } =>
                [_domains.GetOrAdd(domain.Uuid, _ => new(1)), _hosts[Host(policy)], _repositories[Repository(policy)]],
            { Kind: PolicyTaskKind.TestRestore } => [_hosts[Host(policy)], _repositories[Repository(policy)]],
            _ => [_repositories[Repository(policy)]],
        };
        var taken = 0;
        try
        {
            for (; taken < rooms.Length; taken++)
                await rooms[taken].WaitAsync(cancellationToken).ConfigureAwait(false);
            return await action().ConfigureAwait(false);
        }
        finally
        {
            while (taken > 0) rooms[--taken].Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var room in _hosts.Values.Concat(_repositories.Values).Concat(_domains.Values)) room.Dispose();
    }

    private static string Host(Policy policy) => policy.Connect ?? "";

    private static string Repository(Policy policy) => Path.GetFullPath(policy.Repository.Directory);

    private static Dictionary<string, SemaphoreSlim> Rooms(
        IEnumerable<Policy> policies, Func<Policy, string> key, Func<Policy, int> limit) => policies
        .GroupBy(key, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => new SemaphoreSlim(group.Min(limit)), StringComparer.Ordinal);
}
