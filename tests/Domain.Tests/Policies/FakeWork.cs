using LibvirtBackup.Policies.Planning;
using LibvirtBackup.Policies.Running;

namespace LibvirtBackup.Domain.Tests.Policies;

/// <summary>A policy's work of which a test says what comes of each task.</summary>
internal sealed class FakeWork(Func<string, Task<TaskReport>> act) : IPolicyWork
{
    private readonly Lock _gate = new();
    private readonly List<string> _done = [];

    /// <summary>What was done, in its order.</summary>
    internal IReadOnlyList<string> Done
    {
        get
        {
            lock (_gate) return [.. _done];
        }
    }

    internal static TaskReport Good(string what) => new()
    {
        Task = what.Split(' ')[0].ToLowerInvariant(), Outcome = TaskOutcome.Done,
    };

    /// <inheritdoc/>
    public Task<PolicyHistory> ReadHistoryAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<TaskReport> DoAsync(PolicyDecision task, CancellationToken cancellationToken) =>
        ActAsync($"{task.Kind} {task.Domain?.Name}".Trim());

    /// <inheritdoc/>
    public Task<TaskReport> PruneAsync(IReadOnlyList<PolicyDomain> domains, CancellationToken cancellationToken) =>
        ActAsync($"Prune {string.Join(' ', domains.Select(domain => domain.Name))}");

    private Task<TaskReport> ActAsync(string what)
    {
        lock (_gate) _done.Add(what);
        return act(what);
    }
}
