using System.Text.Json.Serialization;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Policies.Planning;
using Status = LibvirtBackup.Policies.Running.PolicyStatus;

namespace LibvirtBackup.Cli.Policies;

/// <summary><c>policy status --json</c>; times are UTC.</summary>
internal sealed record PolicyStatusDocument(IReadOnlyList<PolicyStatusDocument.StandingPolicy> Policies)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/policy-status/1";

    /// <summary>A policy.</summary>
    internal sealed record StandingPolicy(string Policy, bool IsRunning, IReadOnlyList<StandingTask> Tasks)
    {
        internal static StandingPolicy Of(Status status) => new(
            status.Policy, status.IsRunning, [.. status.Tasks.Select(task => StandingTask.Of(task, status))]);
    }

    /// <summary>A task: when it was done last, what came of its newest attempt, and what is next.</summary>
    internal sealed record StandingTask(
        string Task, string? Domain, DateTimeOffset? LastDone, DateTimeOffset? LastAttempt, string? LastOutcome,
        string? LastMessage, bool IsDue, DateTimeOffset? Next, string Reason)
    {
        internal static StandingTask Of(PolicyDecision task, Status status)
        {
            var note = status.Notes.Find(task.Kind, task.Domain?.Uuid);
            var done = task is { Kind: PolicyTaskKind.Backup, Domain: { } domain }
                ? status.Newest.TryGetValue(domain.Uuid, out var newest) ? newest : null
                : note?.Completed;
            return new StandingTask(
                PolicyWords.Of(task.Kind), task.Domain?.Name, done, note?.Started,
                note is null ? null : note.Outcome is { } outcome ? Choice.Word(outcome)
                    : status.IsRunning ? "running" : "killed",
                note?.Message, task.IsDue, task.IsDue ? null : task.Next, task.Reason);
        }
    }
}
