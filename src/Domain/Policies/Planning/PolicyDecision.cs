using LibvirtBackup.Backups;

namespace LibvirtBackup.Policies.Planning;

/// <summary>What the calendar says of one task.</summary>
public sealed record PolicyDecision
{
    /// <summary>What it is.</summary>
    public required PolicyTaskKind Kind { get; init; }

    /// <summary>The domain, or null for what is of all.</summary>
    public PolicyDomain? Domain { get; init; }

    /// <summary>For a backup that is due, its level; else null.</summary>
    public BackupLevel? Level { get; init; }

    /// <summary>The time on the calendar that an attempt counts for.</summary>
    public required DateTimeOffset Occasion { get; init; }

    /// <summary>Whether it is to be done now.</summary>
    public required bool IsDue { get; init; }

    /// <summary>Why, or why not.</summary>
    public required string Reason { get; init; }

    /// <summary>When this is to be decided again, if it is not due.</summary>
    public required DateTimeOffset Next { get; init; }
}
