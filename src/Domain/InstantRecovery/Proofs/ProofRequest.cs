namespace LibvirtBackup.InstantRecovery.Proofs;

/// <summary>How a restore point is proved to boot.</summary>
internal sealed record ProofRequest
{
    /// <summary>The restore point's id, or a prefix of it that fits one point only.</summary>
    public required string Point { get; init; }

    /// <summary>Where the local images are meanwhile; null for a new directory in libvirt's own.</summary>
    public string? Directory { get; init; }

    /// <summary>Where the report goes: a new or empty directory.</summary>
    public required string ReportDirectory { get; init; }

    /// <summary>How long all of it may take, from the start of the guest; default 5 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What the guest's console shows when it is up; null to wait for the guest agent.</summary>
    public string? ConsoleText { get; init; }

    /// <summary>For guests with neither agent nor console: after so long of running, it is up. Else null.</summary>
    public TimeSpan? RunTime { get; init; }

    /// <summary>What this host's shell runs when the guest is up; exit code 0 is good. Null for nothing.</summary>
    public string? Check { get; init; }

    /// <summary>What the guest's shell runs when it is up, by the guest agent; exit code 0 is good. Null for nothing.
    /// </summary>
    public string? GuestCheck { get; init; }
}
