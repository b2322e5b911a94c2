namespace LibvirtBackup.Views;

/// <summary>A view as lists show it.</summary>
internal sealed record ViewSummary
{
    /// <summary>What it is called on this host.</summary>
    public required string Name { get; init; }

    /// <summary>The domain's name when it was opened.</summary>
    public required string Domain { get; init; }

    /// <summary>The domain.</summary>
    public required Guid DomainUuid { get; init; }

    /// <summary>The instant that it shows.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How it is.</summary>
    public required ViewState State { get; init; }

    /// <summary>Why it is so, one line; null while it is open.</summary>
    public required string? Reason { get; init; }

    /// <summary>Where its scratch images are.</summary>
    public required string ScratchDirectory { get; init; }

    /// <summary>The disks.</summary>
    public required IReadOnlyList<ViewDiskSummary> Disks { get; init; }

    /// <summary>What has to be known though it was opened; empty in lists.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
