namespace LibvirtBackup.Imports;

/// <summary>A point as its source has it.</summary>
internal sealed record SourcePoint
{
    /// <summary>What it is, for people; the same text each time it is read.</summary>
    internal required string Origin { get; init; }

    internal required string Domain { get; init; }

    internal required Guid DomainUuid { get; init; }

    internal required DateTimeOffset Time { get; init; }

    internal required bool Quiesced { get; init; }

    /// <summary>The domain's inactive definition.</summary>
    internal required string DomainXml { get; init; }

    internal required IReadOnlyList<SourceDisk> Disks { get; init; }
}
