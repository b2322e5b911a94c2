namespace LibvirtBackup.Policies;

/// <summary>
/// How many domains are dealt with at the same time. Where several policies of a run share a host or a repository, the
/// smallest number counts.
/// </summary>
public sealed record PolicyLimits
{
    /// <summary>On one host; from 1 to 64, default 2.</summary>
    public int Host { get; init; } = 2;

    /// <summary>In one repository; from 1 to 64, default 2.</summary>
    public int Repository { get; init; } = 2;
}
