using LibvirtBackup.Policies.Calendars;

namespace LibvirtBackup.Policies;

/// <summary>How often the policy's points are proved to be what they were. What has no schedule is not done.</summary>
public sealed record PolicyVerification
{
    /// <summary>When a sample is read.</summary>
    public Schedule? Sample { get; init; }

    /// <summary>How many of 100 pieces a sample reads; more than 0, at most 100; default 5.</summary>
    public double SamplePercent { get; init; } = 5;

    /// <summary>When everything is read.</summary>
    public Schedule? Full { get; init; }

    /// <summary>When the newest point of each domain is booted without network.</summary>
    public Schedule? TestRestore { get; init; }

    /// <summary>
    /// Where the local images of a test are meanwhile, which QEMU has to see; null for libvirt's own directory.
    /// </summary>
    public string? TestDirectory { get; init; }

    /// <summary>How long a test may take; default 5 minutes.</summary>
    public TimeSpan TestTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What the console of a guest shows when it is up, or null for its agent to answer.</summary>
    public string? TestConsole { get; init; }

    /// <summary>After so long of running a guest counts as up, or null.</summary>
    public TimeSpan? TestRunTime { get; init; }
}
