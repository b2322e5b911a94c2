namespace LibvirtBackup.Backups;

/// <summary>What to back up and how. Data only; validated by the backup engine before anything is started.</summary>
public sealed record BackupRequest
{
    /// <summary>The domain: name, UUID or id.</summary>
    public required string Domain { get; init; }

    /// <summary>The wanted level; default <see cref="BackupLevel.Auto"/>.</summary>
    public BackupLevel Level { get; init; } = BackupLevel.Auto;

    /// <summary>The checkpoint to start from (partial backup), or null for the one that the level implies.</summary>
    public string? Since { get; init; }

    /// <summary>The track, an independent chain of points of one domain; default <c>default</c>.</summary>
    public string Track { get; init; } = "default";

    /// <summary>Target names (<c>vda</c>) of the only disks to take, or empty for all that can be.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>Target names of disks to leave out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Whether and how to freeze the guest's file systems; by default they are not.</summary>
    public QuiesceOptions Quiesce { get; init; } = new();

    /// <summary>
    /// Where QEMU keeps old data of blocks that the guest overwrites meanwhile, and its socket; null: the state
    /// directory.
    /// </summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>Bytes per second to read at most over all disks, or null for no limit.</summary>
    public long? RateLimitBytesPerSecond { get; init; }

    /// <summary>True to make no checkpoint: the next incremental starts from an earlier point.</summary>
    public bool NoCheckpoint { get; init; }

    /// <summary>True to start a shut-off domain paused for the backup and stop it again afterwards.</summary>
    public bool StartPaused { get; init; }

    /// <summary>
    /// True to store the definition with its secrets also where the repository is not encrypted; where it is, they are
    /// always stored.
    /// </summary>
    public bool IncludeSecrets { get; init; }
}
