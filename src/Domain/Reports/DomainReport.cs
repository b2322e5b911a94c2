namespace LibvirtBackup.Reports;

/// <summary>The restore points of one domain.</summary>
internal sealed record DomainReport
{
    /// <summary>Its name in the newest point.</summary>
    public required string Name { get; init; }

    /// <summary>Its UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The points, oldest first; at least one.</summary>
    public required IReadOnlyList<PointReport> Points { get; init; }

    /// <summary>How well it is backed up.</summary>
    public required Health Health { get; init; }

    /// <summary>Why it is not <see cref="Reports.Health.Good"/>: one line each.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>The newest point.</summary>
    public PointReport Newest => Points[^1];
}
