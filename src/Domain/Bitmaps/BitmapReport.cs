namespace LibvirtBackup.Bitmaps;

/// <summary>What became of a change.</summary>
internal sealed record BitmapReport
{
    /// <summary>The domain's name.</summary>
    public required string Domain { get; init; }

    /// <summary>The disk's target.</summary>
    public required string Disk { get; init; }

    /// <summary>The image whose bitmaps were changed.</summary>
    public required string File { get; init; }

    /// <summary>The bitmaps that were made, changed or removed.</summary>
    public required IReadOnlyList<string> Bitmaps { get; init; }

    /// <summary>The checkpoint that the bitmap became; null when that was not asked for.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>One line for each thing that the user should know.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
