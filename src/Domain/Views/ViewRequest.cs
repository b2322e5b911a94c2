namespace LibvirtBackup.Views;

/// <summary>Which view is opened.</summary>
internal sealed record ViewRequest
{
    /// <summary>The running domain: name, UUID or id.</summary>
    public required string Domain { get; init; }

    /// <summary>What the view is called on this host; null to have a name made up.</summary>
    public string? Name { get; init; }

    /// <summary>Target names of the disks (<c>vda</c>), or empty for all that the guest can write.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>Checkpoints since which it can be asked what changed until the view's instant.</summary>
    public IReadOnlyList<string> Since { get; init; } = [];

    /// <summary>Below which directory the scratch images are made; null for one in the state directory.</summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>
    /// How large the scratch image of each disk may become, in bytes; null for as large as needed, but all together at
    /// most half of what is free.
    /// </summary>
    public long? ScratchLimit { get; init; }
}
