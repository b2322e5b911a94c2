using LibvirtBackup.Backups;
using LibvirtBackup.ImageSets;

namespace LibvirtBackup.Pushes;

/// <summary>What a push wrote.</summary>
internal sealed record PushReport
{
    /// <summary>The point: the name of its directory in the set.</summary>
    public required string Point { get; init; }

    /// <summary>The directory of the point.</summary>
    public required string Directory { get; init; }

    /// <summary>The domain's name.</summary>
    public required string Domain { get; init; }

    /// <summary>The level that was done.</summary>
    public required BackupLevel Level { get; init; }

    /// <summary>Why this level, when it is not the one asked for; else null.</summary>
    public required string? Reason { get; init; }

    /// <summary>The checkpoint of the same instant, or null.</summary>
    public required string? Checkpoint { get; init; }

    /// <summary>The point whose images lie behind these, or null.</summary>
    public required string? Parent { get; init; }

    /// <summary>The disks.</summary>
    public required IReadOnlyList<WrittenImage> Disks { get; init; }

    /// <summary>One line each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
