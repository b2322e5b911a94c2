namespace LibvirtBackup.Policies.Planning;

/// <summary>What is noted of one task of a policy: its newest attempt.</summary>
public sealed record TaskRecord
{
    /// <summary>What it is.</summary>
    public required PolicyTaskKind Kind { get; init; }

    /// <summary>Of which domain, or null.</summary>
    public required Guid? Domain { get; init; }

    /// <summary>The domain's name then, or null.</summary>
    public required string? DomainName { get; init; }

    /// <summary>The time on the calendar that the attempt was for.</summary>
    public required DateTimeOffset Occasion { get; init; }

    /// <summary>Attempts for this time, from 1.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the newest attempt began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it ended; null while it runs, or when it was killed.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>How it ended; null like <see cref="Ended"/>.</summary>
    public TaskOutcome? Outcome { get; init; }

    /// <summary>Why it was not done, else null.</summary>
    public string? Message { get; init; }

    /// <summary>The point that was made or tested, or null.</summary>
    public string? Point { get; init; }

    /// <summary>When the newest attempt began that was done, or null.</summary>
    public DateTimeOffset? Completed { get; init; }

    /// <summary>The newest backup of each level, for times on the calendar whose points retention has removed.
    /// </summary>
    public IReadOnlyList<TakenLevel> Taken { get; init; } = [];
}
