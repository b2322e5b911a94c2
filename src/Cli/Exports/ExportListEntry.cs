namespace LibvirtBackup.Cli.Exports;

/// <summary>An export in <c>export-list --json</c>.</summary>
internal sealed record ExportListEntry
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary><c>serving</c>, <c>silent</c> or <c>dead</c>.</summary>
    public required string State { get; init; }

    /// <summary>The process that serves it, or did.</summary>
    public required int ProcessId { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>The repository's directory; null for a view.</summary>
    public required string? Repository { get; init; }

    /// <summary>The view of a running domain; null for points.</summary>
    public required string? View { get; init; }

    /// <summary>The points, as they were named; none for a view.</summary>
    public required IReadOnlyList<string> Points { get; init; }

    /// <summary>The disks; none for all.</summary>
    public required IReadOnlyList<string> Disks { get; init; }

    /// <summary>The points since which it tells what changed.</summary>
    public required IReadOnlyList<string> Since { get; init; }

    /// <summary>True when clients need a certificate.</summary>
    public required bool Tls { get; init; }

    /// <summary>Where clients reach the disks.</summary>
    public required IReadOnlyList<string> Uris { get; init; }

    /// <summary>How many are connected; null when it does not say.</summary>
    public required int? Clients { get; init; }

    /// <summary>What has to be known though it serves.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
