namespace LibvirtBackup.Checkpoints;

/// <summary>How much changed on the disks of a domain since each of its checkpoints.</summary>
internal sealed record DomainStatistics
{
    /// <summary>The domain's name.</summary>
    public required string Domain { get; init; }

    /// <summary>The domain's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>
    /// The checkpoints by time, then name, with the dirty bytes of each disk: null where they cannot be known, as while
    /// the domain is shut off.
    /// </summary>
    public required IReadOnlyList<CheckpointSummary> Checkpoints { get; init; }

    /// <summary>This product's checkpoints that libvirt does not know any more, by name; none while it is shut off.
    /// </summary>
    public required IReadOnlyList<ForgottenCheckpoint> Forgotten { get; init; }

    /// <summary>One line that says why nothing is known of the domain; null when something is.</summary>
    public string? Unknown { get; init; }
}
