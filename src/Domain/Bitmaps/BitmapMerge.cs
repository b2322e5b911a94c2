namespace LibvirtBackup.Bitmaps;

/// <summary>A merge of bitmaps of one disk into a new one.</summary>
internal sealed record BitmapMerge
{
    /// <summary>The name of the new bitmap; its granularity is the finest of its sources.</summary>
    public required string Into { get; init; }

    /// <summary>The bitmaps whose dirty bits it gets; they stay as they are. At least one.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>Whether the new bitmap becomes a checkpoint, from which backups can be made.</summary>
    public bool Adopt { get; init; }

    /// <summary>
    /// Whether to take a name that belongs to others, and to merge sources that lost changes: what the result lacks
    /// then nobody can tell.
    /// </summary>
    public bool Force { get; init; }
}
