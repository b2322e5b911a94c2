using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Policies.Running;

/// <summary>What a policy's run does on its host and in its repository, or a simulation of it.</summary>
internal interface IPolicyWork
{
    /// <summary>Asks host and repository what there is.</summary>
    /// <returns>The history, without notes.</returns>
    Task<PolicyHistory> ReadHistoryAsync(CancellationToken cancellationToken);

    /// <summary>Does a task. What is thrown is its failure.</summary>
    /// <returns>What was done; time and reason are still to be filled in.</returns>
    Task<TaskReport> DoAsync(PolicyDecision task, CancellationToken cancellationToken);

    /// <summary>Removes the points of some domains that no rule keeps, and frees their space.</summary>
    Task<TaskReport> PruneAsync(IReadOnlyList<PolicyDomain> domains, CancellationToken cancellationToken);
}
