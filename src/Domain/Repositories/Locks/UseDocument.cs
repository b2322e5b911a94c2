namespace LibvirtBackup.Repositories.Locks;

/// <summary>A domain that runs from a point: the point has to stay, whatever process is dead.</summary>
internal sealed record UseDocument
{
    public required string Point { get; init; }

    /// <summary>The domain's name.</summary>
    public required string Domain { get; init; }

    /// <summary>The name of the host that runs it.</summary>
    public required string Host { get; init; }

    public required DateTimeOffset Since { get; init; }
}
