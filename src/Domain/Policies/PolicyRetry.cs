namespace LibvirtBackup.Policies;

/// <summary>How often what has failed, or was killed, is tried before its next time on the calendar.</summary>
public sealed record PolicyRetry
{
    /// <summary>Attempts in all, from 1 to 10; default 2: it is made up once.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>From the beginning of one attempt to the next; default 30 minutes.</summary>
    public TimeSpan After { get; init; } = TimeSpan.FromMinutes(30);
}
