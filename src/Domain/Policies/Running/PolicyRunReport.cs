using System.Text.Json.Serialization;
using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Policies.Running;

/// <summary>What a run did for one policy; hooks and webhooks get it as JSON.</summary>
public sealed record PolicyRunReport
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/policy-result/1";

    /// <summary>Which moment a hook is told of: <c>before</c>, <c>after</c> or <c>failure</c>.</summary>
    public string Event { get; init; } = "after";

    /// <summary>The policy's name.</summary>
    public required string Policy { get; init; }

    /// <summary>The host's name.</summary>
    public required string Host { get; init; }

    /// <summary>When the run began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it ended; null before that.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>True when nothing has failed.</summary>
    public bool Ok => Tasks.All(task => task.Outcome == TaskOutcome.Done);

    /// <summary>What was done, in the order of its end.</summary>
    public required IReadOnlyList<TaskReport> Tasks { get; init; }

    /// <summary>What concerns no task, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>True when a task, or the run, has warnings.</summary>
    internal bool HasWarnings => Warnings.Count > 0 || Tasks.Any(task => task.Warnings.Count > 0);
}
