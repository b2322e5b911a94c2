namespace LibvirtBackup.InstantRecovery.Proofs;

/// <summary>What came of booting a restore point; also in <c>report.json</c> of the report's directory.</summary>
internal sealed record ProofReport
{
    /// <summary>The restore point's whole id.</summary>
    public required string Point { get; init; }

    /// <summary>The domain that it is of.</summary>
    public required string Domain { get; init; }

    /// <summary>True when the guest came up and all checks were good.</summary>
    public bool Ok => Failure is null;

    /// <summary>Why not; null when all is good.</summary>
    public string? Failure { get; init; }

    /// <summary>When the guest was started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>From the command's start until the guest's processor ran.</summary>
    public required double PreparedSeconds { get; init; }

    /// <summary>From then until it was up; null when it did not come up.</summary>
    public double? UpSeconds { get; init; }

    /// <summary>What it was waited for: <c>agent</c>, <c>console</c> or <c>time</c>.</summary>
    public required string WaitedFor { get; init; }

    /// <summary>The checks, in the order in which they were run.</summary>
    public IReadOnlyList<ProofCheck> Checks { get; init; } = [];

    /// <summary>What the guest wrote to its first serial console.</summary>
    public string? Console { get; init; }

    /// <summary>What its display showed at the end; null where it has none.</summary>
    public string? Screenshot { get; init; }

    /// <summary>What could not be as it was, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
