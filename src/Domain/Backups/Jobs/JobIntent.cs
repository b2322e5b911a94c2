namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// What a run is about to do to a domain, written before it does: enough for the next run to undo it after a crash at
/// any point.
/// </summary>
internal sealed record JobIntent
{
    /// <summary>The point that is being taken; whether it exists decides if the checkpoint is kept.</summary>
    public required string Point { get; init; }

    public required string RepositoryId { get; init; }

    /// <summary>The checkpoint being made in the same instant, or null.</summary>
    public required string? Checkpoint { get; init; }

    /// <summary>
    /// The directory of the NBD socket and the scratch images, or of the images that QEMU writes; where none of ours is
    /// on its host, a name that begins those of the scratch images.
    /// </summary>
    public required string JobDirectory { get; init; }

    /// <summary>True when the domain was shut off and was started paused for this run only.</summary>
    public required bool StartedPaused { get; init; }

    /// <summary>What QEMU writes first (push mode), where that is a device: by it the job is known; or null.</summary>
    public string? Device { get; init; }

    /// <summary>The other host that the directory is on, by its libvirt's URI; null for this one.</summary>
    public string? Host { get; init; }

    /// <summary>Whether a running job, known by its socket or what it writes first, is this one.</summary>
    internal bool IsOf(string socket) => Path.GetDirectoryName(socket) == JobDirectory || socket == Device;
}
