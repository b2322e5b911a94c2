using LibvirtBackup.Backups;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.ImageSets;

/// <summary><c>manifest.json</c>: a domain's disks at one instant, as images in a directory of an image set.</summary>
internal sealed record ImagePoint
{
    internal const string CurrentSchema = "lvbackup/image-point/1";

    public required string Schema { get; init; }

    /// <summary>The name of the directory: sequence and level.</summary>
    public required string Id { get; init; }

    /// <summary>The set's id.</summary>
    public required string Set { get; init; }

    /// <summary>Who wrote the images, for people: QEMU, or an export of a restore point.</summary>
    public required string Origin { get; init; }

    public required string Domain { get; init; }

    public required Guid DomainUuid { get; init; }

    /// <summary>Counts the fulls of the set, from 1.</summary>
    public required int Generation { get; init; }

    /// <summary>Counts all points of the set, from 1; only ever grows.</summary>
    public required int Sequence { get; init; }

    public required BackupLevel Level { get; init; }

    /// <summary>Why this level, when it was not the one asked for.</summary>
    public required string? Reason { get; init; }

    /// <summary>The instant that the disks are from, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The point of this set whose images lie behind those of this one, or null.</summary>
    public required string? Parent { get; init; }

    /// <summary>The checkpoint of the same instant, or null.</summary>
    public required string? Checkpoint { get; init; }

    /// <summary>True when the guest's file systems were frozen at that instant.</summary>
    public required bool Quiesced { get; init; }

    /// <summary>The SHA-256 of <c>domain.xml</c>, the domain's inactive definition.</summary>
    public required string DefinitionSha256 { get; init; }

    public required IReadOnlyList<ImagePointDisk> Disks { get; init; }

    /// <summary>Disks left out and other remarks, one line each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    public required string MadeBy { get; init; }

    /// <summary>The point as planning sees it: it has no data in a repository.</summary>
    internal RestorePoint ToRestorePoint() => new()
    {
        Id = Id,
        RepositoryId = Set,
        Domain = Domain,
        DomainUuid = DomainUuid,
        Track = ImageSet.Track,
        Generation = Generation,
        Sequence = Sequence,
        Level = Level,
        Reason = Reason,
        Time = Time,
        Parent = Parent,
        Checkpoint = Checkpoint,
        Quiesced = Quiesced,
        DomainXml = string.Empty,
        Disks = [.. Disks.Select(disk => disk.ToRestorePointDisk())],
        Warnings = Warnings,
        MadeBy = MadeBy,
    };
}
