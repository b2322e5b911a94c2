namespace LibvirtBackup.Recovery;

/// <summary>One thing that was found.</summary>
public sealed record DoctorFinding
{
    /// <summary>
    /// What it is, such as <c>healthy</c> or <c>metadata-lost</c>; docs/tracking-table.md lists them.
    /// </summary>
    public required string State { get; init; }

    /// <summary>The checkpoint or bitmap, or null when the finding is of the domain.</summary>
    public required string? Checkpoint { get; init; }

    /// <summary>The disk, or null when it is of no single one.</summary>
    public required string? Disk { get; init; }

    /// <summary>One line for people: what it means, and what next.</summary>
    public required string Message { get; init; }

    /// <summary>
    /// What is done about it, such as <c>adopt</c>, or why nothing is, such as <c>wait-for-start</c>.
    /// </summary>
    public required string Repair { get; init; }

    /// <summary>True when it was done.</summary>
    public required bool Repaired { get; init; }

    /// <summary>True when something is wrong, and was not repaired.</summary>
    public required bool IsProblem { get; init; }
}
