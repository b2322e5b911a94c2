namespace LibvirtBackup.Policies.Planning;

/// <summary>Something that will be done, if all goes as it is simulated.</summary>
/// <param name="Time">When.</param>
/// <param name="Task">What, and why.</param>
/// <param name="Outcome">How it ends.</param>
/// <param name="Removed">Ids of points that go afterwards, because no rule keeps them.</param>
public sealed record SimulatedTask(
    DateTimeOffset Time, PolicyDecision Task, TaskOutcome Outcome, IReadOnlyList<string> Removed);
