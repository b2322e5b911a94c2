namespace LibvirtBackup.Imports.Virtnbdbackup;

/// <summary>What a data file says of itself, at its beginning.</summary>
internal sealed record StreamMetadata
{
    public required long VirtualSize { get; init; }

    public required long DataSize { get; init; }

    /// <summary>When it was begun, in the host's own time.</summary>
    public required DateTime Date { get; init; }

    public required string DiskName { get; init; }

    public required string DiskFormat { get; init; }

    /// <summary>The checkpoint of its instant, or, of what makes none, the next one or its parent.</summary>
    public required string CheckpointName { get; init; }

    /// <summary>The checkpoint that it starts from; empty for a full.</summary>
    public string ParentCheckpoint { get; init; } = string.Empty;

    public bool Incremental { get; init; }

    /// <summary>A bool in some versions, a level in others.</summary>
    public System.Text.Json.JsonElement Compressed { get; init; }

    internal bool IsCompressed => Compressed.ValueKind is not (
        System.Text.Json.JsonValueKind.Undefined or System.Text.Json.JsonValueKind.False
        or System.Text.Json.JsonValueKind.Null);
}
