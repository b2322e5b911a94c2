using System.Text.Json.Serialization;
using LibvirtBackup.Backups;
using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Policies.Running;

/// <summary>What came of one task.</summary>
public sealed record TaskReport
{
    /// <summary>What it was: <c>backup</c>, <c>sample</c>, <c>verify</c>, <c>test-restore</c>, <c>prune</c>, or the
    /// place of a hook.</summary>
    public required string Task { get; init; }

    /// <summary>The domain's name, or null.</summary>
    public string? Domain { get; init; }

    /// <summary>How it ended.</summary>
    [JsonConverter(typeof(WordConverter<TaskOutcome>))]
    public required TaskOutcome Outcome { get; init; }

    /// <summary>The class of the failure; null when there is none.</summary>
    [JsonConverter(typeof(WordConverter<FailureKind>))]
    public FailureKind? Failure { get; init; }

    /// <summary>Why it was due.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it was not done, or what was done; one line.</summary>
    public string? Message { get; init; }

    /// <summary>The point that was made or tested, or null.</summary>
    public string? Point { get; init; }

    /// <summary>The level that a backup had; else null.</summary>
    [JsonConverter(typeof(WordConverter<BackupLevel>))]
    public BackupLevel? Level { get; init; }

    /// <summary>Bytes that a backup read from the guest.</summary>
    public long ReadBytes { get; init; }

    /// <summary>Bytes that it added to the repository.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Ids of points that retention removed.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>One line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How long it took.</summary>
    public double Seconds { get; init; }
}
