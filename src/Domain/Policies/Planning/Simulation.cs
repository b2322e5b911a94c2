using LibvirtBackup.Retention;

namespace LibvirtBackup.Policies.Planning;

/// <summary>What a policy will do.</summary>
/// <param name="Tasks">In their order.</param>
/// <param name="Points">The points of its domains on its track in the end, and why they stay.</param>
public sealed record Simulation(IReadOnlyList<SimulatedTask> Tasks, IReadOnlyList<RetentionDecision> Points);
