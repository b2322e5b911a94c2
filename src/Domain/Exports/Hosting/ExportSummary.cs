namespace LibvirtBackup.Exports.Hosting;

/// <summary>An export of this host, as a list shows it.</summary>
internal sealed record ExportSummary
{
    /// <summary>What it was told.</summary>
    public required ExportOrder Order { get; init; }

    /// <summary>How it is.</summary>
    public required ExportState State { get; init; }

    /// <summary>The process that serves it, or did.</summary>
    public required int ProcessId { get; init; }

    /// <summary>When it began to serve.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Where clients reach the disks.</summary>
    public required IReadOnlyList<string> Uris { get; init; }

    /// <summary>What has to be known though it serves.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>How many clients are connected; null when it does not say.</summary>
    public required int? Clients { get; init; }
}
