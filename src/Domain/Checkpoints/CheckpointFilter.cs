namespace LibvirtBackup.Checkpoints;

/// <summary>Which of a domain's checkpoints to list, and in which order.</summary>
public sealed record CheckpointFilter
{
    /// <summary>All of them, by name.</summary>
    public static CheckpointFilter All { get; } = new();

    /// <summary>Only those below this one, or null for the whole domain.</summary>
    public string? From { get; init; }

    /// <summary>With <see cref="From"/>: children of children too.</summary>
    public bool Descendants { get; init; }

    /// <summary>Only those without a parent; not with <see cref="From"/>.</summary>
    public bool Roots { get; init; }

    /// <summary>Only those without children.</summary>
    public bool Leaves { get; init; }

    /// <summary>Only those with children.</summary>
    public bool NoLeaves { get; init; }

    /// <summary>Parents before children, instead of by name.</summary>
    public bool Topological { get; init; }
}
