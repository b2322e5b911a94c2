using LibvirtBackup.Backups;

namespace LibvirtBackup.Repositories;

/// <summary>What a listing says of a restore point. Immutable.</summary>
public sealed record PointSummary
{
    /// <summary>Unique in the repository; starts with the time, so ids sort in time.</summary>
    public required string Id { get; init; }

    /// <summary>The repository that it was made in.</summary>
    public required string RepositoryId { get; init; }

    /// <summary>The domain's name at that time.</summary>
    public required string Domain { get; init; }

    /// <summary>The domain's UUID.</summary>
    public required Guid DomainUuid { get; init; }

    /// <summary>The track.</summary>
    public required string Track { get; init; }

    /// <summary>Counts the full points of the track, from 1.</summary>
    public required int Generation { get; init; }

    /// <summary>Counts all points of the track, from 1; only ever grows.</summary>
    public required int Sequence { get; init; }

    /// <summary>The level that was done.</summary>
    public required BackupLevel Level { get; init; }

    /// <summary>The instant that the disks are from, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The point whose unchanged data this one shares, or null.</summary>
    public required string? Parent { get; init; }

    /// <summary>The checkpoint of the same instant, or null.</summary>
    public required string? Checkpoint { get; init; }

    /// <summary>The disks, in the domain's order.</summary>
    public required IReadOnlyList<PointSummaryDisk> Disks { get; init; }

    /// <summary>The summary of a point.</summary>
    /// <param name="point">The point.</param>
    public static PointSummary Of(RestorePoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return new PointSummary
        {
            Id = point.Id,
            RepositoryId = point.RepositoryId,
            Domain = point.Domain,
            DomainUuid = point.DomainUuid,
            Track = point.Track,
            Generation = point.Generation,
            Sequence = point.Sequence,
            Level = point.Level,
            Time = point.Time,
            Parent = point.Parent,
            Checkpoint = point.Checkpoint,
            Disks = [.. point.Disks.Select(disk => new PointSummaryDisk(disk.Name, disk.VirtualSizeBytes))],
        };
    }
}
