using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using LibvirtBackup.Backups;

namespace LibvirtBackup.Repositories;

/// <summary>A domain's disks at one instant, with what is needed to bring them back. Immutable.</summary>
public sealed record RestorePoint
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

    /// <summary>Why this level, when it was not the one asked for.</summary>
    public required string? Reason { get; init; }

    /// <summary>The instant that the disks are from, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The point whose unchanged data this one shares, or null.</summary>
    public required string? Parent { get; init; }

    /// <summary>The checkpoint of the same instant, or null.</summary>
    public required string? Checkpoint { get; init; }

    /// <summary>True when the guest's file systems were frozen at that instant.</summary>
    public required bool Quiesced { get; init; }

    /// <summary>What was frozen at that instant; null when nothing was.</summary>
    public PointFreeze? Freeze { get; init; }

    /// <summary>What the guest's file systems were like at that instant.</summary>
    [JsonIgnore]
    public PointConsistency Consistency => Quiesced ? PointConsistency.FileSystem : PointConsistency.Crash;

    /// <summary>The domain's inactive definition.</summary>
    public required string DomainXml { get; init; }

    /// <summary>True when the definition has its secrets (graphics passwords and the like).</summary>
    public bool HasSecrets { get; init; }

    /// <summary>True when the domain ran, so that its checkpoint and its disks are of one instant.</summary>
    public bool WasRunning { get; init; }

    /// <summary>Whether the domain starts with its host.</summary>
    public bool Autostart { get; init; }

    /// <summary>The disks, in the domain's order.</summary>
    public required IReadOnlyList<RestorePointDisk> Disks { get; init; }

    /// <summary>Firmware, TPM state, kernel: the files beside the disks that the domain needs.</summary>
    [AllowNull]
    public IReadOnlyList<PointAttachment> Attachments { get; init => field = value ?? []; } = [];

    /// <summary>What the guest agent told: <c>os.pretty-name</c>, <c>hostname</c> ...; empty without one.</summary>
    [AllowNull]
    public IReadOnlyDictionary<string, string> GuestInfo { get; init => field = value ?? Empty; } = Empty;

    /// <summary>Where the point was made; null when its maker does not say.</summary>
    public PointHost? Host { get; init; }

    /// <summary>How long it took; null when its maker does not say.</summary>
    public PointTimings? Timings { get; init; }

    /// <summary>Disks left out and other remarks, one line each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Version of the tool, the library and the hypervisor that made the point, for people.</summary>
    public required string MadeBy { get; init; }

    private static IReadOnlyDictionary<string, string> Empty => new Dictionary<string, string>(StringComparer.Ordinal);
}
