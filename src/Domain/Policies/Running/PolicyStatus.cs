using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Policies.Running;

/// <summary>How a policy stands.</summary>
/// <param name="Policy">Its name.</param>
/// <param name="IsRunning">Whether a run is under way on this host.</param>
/// <param name="Tasks">What the calendar says of each task.</param>
/// <param name="Notes">The newest attempt of each.</param>
/// <param name="Newest">The newest good point of each domain that has one, by UUID.</param>
public sealed record PolicyStatus(
    string Policy, bool IsRunning, IReadOnlyList<PolicyDecision> Tasks, PolicyNotes Notes,
    IReadOnlyDictionary<Guid, DateTimeOffset> Newest);
