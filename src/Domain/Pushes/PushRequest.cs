using LibvirtBackup.Backups;
using LibvirtBackup.Restores;

namespace LibvirtBackup.Pushes;

/// <summary>What QEMU is to write, and where to. Data only; validated before anything is started.</summary>
internal sealed record PushRequest
{
    /// <summary>The domain: name, UUID or id.</summary>
    public required string Domain { get; init; }

    /// <summary>The directory of the image set, on the domain's host; it belongs to this domain alone.</summary>
    public required string Directory { get; init; }

    /// <summary>The wanted level; default <see cref="BackupLevel.Auto"/>.</summary>
    public BackupLevel Level { get; init; } = BackupLevel.Auto;

    /// <summary>Target names (<c>vda</c>) of the only disks to take, or empty for all that can be.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>Target names of disks to leave out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The format of the images; default qcow2. A raw image is whole at every level.</summary>
    public DiskFormat Format { get; init; } = DiskFormat.Qcow2;

    /// <summary>
    /// Block devices that get single disks instead of files, by target name: always whole. A raw one has exactly the
    /// disk's size.
    /// </summary>
    public IReadOnlyDictionary<string, string> Targets { get; init; } = new Dictionary<string, string>();

    /// <summary>True to write to a device that holds something that this set did not write.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Bytes per second to write at most over all disks, or null for no limit.</summary>
    public long? RateLimitBytesPerSecond { get; init; }

    /// <summary>Checks what can be checked without a host.</summary>
    /// <exception cref="BackupException">Usage: values that make no sense, or not together.</exception>
    public void Validate()
    {
        ToBackupRequest().Validate();
        foreach (var (disk, path) in Targets)
            if (!Path.IsPathRooted(path))
                throw new BackupException(
                    FailureKind.Usage, $"the target '{path}' of disk '{disk}' is no absolute path of a device");
    }

    /// <summary>The same, as planning knows it.</summary>
    internal BackupRequest ToBackupRequest() => new()
    {
        Domain = Domain,
        Level = Level,
        Track = ImageSets.ImageSet.Track,
        Disks = Disks,
        Exclude = Exclude,
        RateLimitBytesPerSecond = RateLimitBytesPerSecond,
    };
}
