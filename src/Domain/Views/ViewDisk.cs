namespace LibvirtBackup.Views;

/// <summary>A disk of a view.</summary>
internal sealed record ViewDisk
{
    /// <summary>The target (<c>vda</c>).</summary>
    public required string Name { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>How large its scratch image may become.</summary>
    public required long LimitBytes { get; init; }

    /// <summary>The checkpoints since which it is known what changed.</summary>
    public required IReadOnlyList<string> Since { get; init; }
}
