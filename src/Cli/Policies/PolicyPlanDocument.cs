using System.Text.Json.Serialization;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Policies;
using LibvirtBackup.Policies.Planning;
using LibvirtBackup.Retention;

namespace LibvirtBackup.Cli.Policies;

/// <summary><c>policy plan --json</c>; times are UTC.</summary>
internal sealed record PolicyPlanDocument(int Days, IReadOnlyList<PolicyPlanDocument.PlannedPolicy> Policies)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/policy-plan/1";

    /// <summary>A policy.</summary>
    internal sealed record PlannedPolicy(
        string Policy, IReadOnlyList<PlannedTask> Tasks, IReadOnlyList<KeptPoint> Keep)
    {
        internal static PlannedPolicy Of(Policy policy, Simulation simulation) => new(
            policy.Name, [.. simulation.Tasks.Select(PlannedTask.Of)], [.. simulation.Points.Select(KeptPoint.Of)]);
    }

    /// <summary>What will be done.</summary>
    internal sealed record PlannedTask(
        DateTime Time, string Task, string? Domain, string? Level, string Reason, IReadOnlyList<string> Removes)
    {
        internal static PlannedTask Of(SimulatedTask task) => new(
            task.Time.UtcDateTime, PolicyWords.Of(task.Task.Kind), task.Task.Domain?.Name,
            task.Task.Level is { } level ? Choice.Word(level) : null, task.Task.Reason, task.Removed);
    }

    /// <summary>A point that is there in the end.</summary>
    internal sealed record KeptPoint(
        string Point, string Domain, string Level, DateTime Time, IReadOnlyList<string> Reasons)
    {
        internal static KeptPoint Of(RetentionDecision decision) => new(
            decision.Point.Id, decision.Point.Domain, Choice.Word(decision.Point.Level),
            decision.Point.Time.UtcDateTime, decision.Reasons);
    }
}
