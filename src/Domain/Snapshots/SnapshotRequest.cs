using LibvirtBackup.Backups;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Snapshots;

/// <summary>An external snapshot of disks: each goes on in a new image over the one that it was in.</summary>
internal sealed record SnapshotRequest
{
    /// <summary>The domain: name, UUID or id.</summary>
    public required string Domain { get; init; }

    /// <summary>The snapshot's name.</summary>
    public required string Name { get; init; }

    /// <summary>A note for people, or null.</summary>
    public string? Description { get; init; }

    /// <summary>
    /// Disks by target, with the new image's path or null for one beside the old; empty for all that can be written.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Disks { get; init; } = new Dictionary<string, string?>();

    /// <summary>The name of a checkpoint of the same instant, or null for none.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>
    /// How long the guest may be paused for the two, from 1 s to 10 min; then it goes on, and the report says so.
    /// </summary>
    public TimeSpan PauseLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="BackupException">Usage: a value makes no sense.</exception>
    internal void Validate()
    {
        if (PauseLimit < QuiesceOptions.Shortest || PauseLimit > QuiesceOptions.Longest)
            throw new BackupException(FailureKind.Usage, "the guest may be paused for 1 second to 10 minutes");
        if (Checkpoint is not null && !CheckpointName.TryParse(Checkpoint, out _, out var reason))
            throw new BackupException(FailureKind.Usage, $"'{Checkpoint}' cannot name a checkpoint: {reason}");
        if (Checkpoint is not null && BitmapOwner.Of(Checkpoint) is not BitmapOwner.Foreign)
            throw new BackupException(
                FailureKind.Usage,
                $"'{Checkpoint}' is a name that lvbackup or libvirt gives; choose another one for the checkpoint");
    }
}
