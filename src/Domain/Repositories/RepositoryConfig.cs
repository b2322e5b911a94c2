namespace LibvirtBackup.Repositories;

/// <summary>The repository's <c>config.json</c>: written once, by <c>init</c>.</summary>
internal sealed record RepositoryConfig
{
    /// <summary>The format's version that this code reads and writes.</summary>
    internal const int CurrentVersion = 1;

    internal const string Key = "config.json";

    public required int Version { get; init; }

    /// <summary>Eight hexadecimal digits; part of the names of checkpoints.</summary>
    public required string Id { get; init; }

    public required int ChunkSizeBytes { get; init; }

    /// <summary>The zstd level of what is written.</summary>
    public required int CompressionLevel { get; init; }

    /// <summary>True when blobs and documents are encrypted.</summary>
    public required bool Encrypted { get; init; }

    public required DateTimeOffset Created { get; init; }
}
