using LibvirtBackup.Backups.Planning;

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
    /// directory. Of a domain on another host a directory there; null: <c>/var/lib/lvbackup/remote</c> over ssh, else
    /// beside the disks' images.
    /// </summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>Bytes per second to read at most over all disks, or null for no limit.</summary>
    public long? RateLimitBytesPerSecond { get; init; }

    /// <summary>True to make no checkpoint: the next incremental starts from an earlier point.</summary>
    public bool NoCheckpoint { get; init; }

    /// <summary>
    /// Checkpoints of older points that stay, the newest first, so that <see cref="Since"/> can name them; default 0.
    /// The newest point's and the last full's always stay. Each costs QEMU memory and time when the image is closed.
    /// </summary>
    public int KeepCheckpoints { get; init; }

    /// <summary>Points that the track may have after this one, from 1; null for no limit.</summary>
    public int? MaxPoints { get; init; }

    /// <summary>
    /// True to drop the oldest points of a track that has <see cref="MaxPoints"/> points, once the new one exists;
    /// false to refuse the backup.
    /// </summary>
    public bool ForceCycle { get; init; }

    /// <summary>True to start a shut-off domain paused for the backup and stop it again afterwards.</summary>
    public bool StartPaused { get; init; }

    /// <summary>How the data of a domain on another host comes here, unless over ssh.</summary>
    public DataChannel Channel { get; init; } = new();

    /// <summary>
    /// True to store the definition with its secrets also where the repository is not encrypted; where it is, they are
    /// always stored.
    /// </summary>
    public bool IncludeSecrets { get; init; }

    /// <summary>Checks what can be checked without a host.</summary>
    /// <exception cref="BackupException">Usage: values that make no sense, or not together.</exception>
    public void Validate()
    {
        CheckpointNaming.ValidateTrack(Track);
        if (Since is not null && Level is not (BackupLevel.Auto or BackupLevel.Incremental))
            throw Usage($"a {Level.ToString().ToLowerInvariant()} backup starts from no checkpoint of choice; "
                + "leave out --since");
        if (RateLimitBytesPerSecond is <= 0)
            throw Usage("the rate limit must be more than 0 bytes per second");
        Quiesce.Validate();
        Channel.Validate();
        if (KeepCheckpoints < 0)
            throw Usage("a number of checkpoints to keep cannot be negative");
        if (KeepCheckpoints > 0 && (NoCheckpoint || Level == BackupLevel.Copy))
            throw Usage("a backup that makes no checkpoint removes none either; leave out --keep-checkpoints");
        if (MaxPoints is <= 0)
            throw Usage("a track has at least 1 point; give --max-points 1 or more");
        if (ForceCycle && MaxPoints is null)
            throw Usage("--force-cycle drops what is more than --max-points; give that too");
        if (Disks.Intersect(Exclude, StringComparer.Ordinal).FirstOrDefault() is { } both)
            throw Usage($"disk '{both}' is both asked for and excluded");
    }

    private static BackupException Usage(string message) => new(FailureKind.Usage, message);
}
