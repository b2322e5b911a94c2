namespace LibvirtBackup.ImageSets;

/// <summary><c>set.json</c>: what makes a directory an image set.</summary>
internal sealed record ImageSetDocument
{
    internal const string CurrentSchema = "lvbackup/image-set/1";

    public required string Schema { get; init; }

    /// <summary>Eight hexadecimal digits, part of the names of the set's checkpoints.</summary>
    public required string Id { get; init; }

    /// <summary>The domain's name when the set was made.</summary>
    public required string Domain { get; init; }

    /// <summary>The only domain whose points go into the set.</summary>
    public required Guid DomainUuid { get; init; }

    public required DateTimeOffset Created { get; init; }
}
