using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Policies.Running;

/// <summary>Holds tasks back until their host and their repository have room for one more.</summary>
internal sealed class PolicyLimiter : IDisposable
{
    private readonly Dictionary<string, SemaphoreSlim> _hosts;
    private readonly Dictionary<string, SemaphoreSlim> _repositories;

    internal PolicyLimiter(IReadOnlyList<Policy> policies)
    {
        _hosts = Rooms(policies, Host, policy => policy.Limits.Host);
        _repositories = Rooms(policies, Repository, policy => policy.Limits.Repository);
    }

    /// <summary>Does something when there is room. Host before repository always, so nobody waits in a circle.
    /// </summary>
    internal async Task<T> RunAsync<T>(
        Policy policy, PolicyTaskKind kind, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        SemaphoreSlim[] rooms = kind is PolicyTaskKind.Backup or PolicyTaskKind.TestRestore
            ? [_hosts[Host(policy)], _repositories[Repository(policy)]]
            : [_repositories[Repository(policy)]];
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
        foreach (var room in _hosts.Values.Concat(_repositories.Values)) room.Dispose();
    }

    private static string Host(Policy policy) => policy.Connect ?? "";

    private static string Repository(Policy policy) => Path.GetFullPath(policy.Repository.Directory);

    private static Dictionary<string, SemaphoreSlim> Rooms(
        IEnumerable<Policy> policies, Func<Policy, string> key, Func<Policy, int> limit) => policies
        .GroupBy(key, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => new SemaphoreSlim(group.Min(limit)), StringComparer.Ordinal);
}
