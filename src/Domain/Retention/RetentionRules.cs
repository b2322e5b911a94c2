namespace LibvirtBackup.Retention;

/// <summary>
/// How many points of each track are kept: grandfather, father, son. Every rule stands alone, and a point stays when
/// any of them keeps it. Periods without a point are not counted, so a machine that was off for a month keeps its
/// history.
/// </summary>
public sealed record RetentionRules
{
    /// <summary>The newest so many points; 0 for no such rule, as everywhere here.</summary>
    public int KeepLast { get; init; }

    /// <summary>The newest point of each of the last so many hours that have one.</summary>
    public int KeepHourly { get; init; }

    /// <summary>The newest point of each of the last so many days that have one.</summary>
    public int KeepDaily { get; init; }

    /// <summary>The newest point of each of the last so many ISO weeks (from Monday) that have one.</summary>
    public int KeepWeekly { get; init; }

    /// <summary>The newest point of each of the last so many months that have one.</summary>
    public int KeepMonthly { get; init; }

    /// <summary>The newest point of each of the last so many years that have one.</summary>
    public int KeepYearly { get; init; }

    private int[] Counts => [KeepLast, KeepHourly, KeepDaily, KeepWeekly, KeepMonthly, KeepYearly];

    internal void Validate()
    {
        if (Counts.Any(count => count < 0))
            throw new BackupException(FailureKind.Usage, "a number of points to keep cannot be negative");
        if (Counts.All(count => count == 0))
            throw new BackupException(
                FailureKind.Usage,
                "no rule says what to keep, so everything would be removed; give at least one, such as keep-last 7");
    }
}
