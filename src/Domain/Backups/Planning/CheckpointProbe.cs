using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Backups.Planning;

/// <summary>What is known of a checkpoint right now.</summary>
/// <param name="Name">The checkpoint.</param>
/// <param name="Exists">False when libvirt does not know it.</param>
/// <param name="Disks">Per disk that the checkpoint tracks: false when the bitmap is missing or broken.</param>
internal sealed record CheckpointProbe(string Name, bool Exists, IReadOnlyDictionary<string, bool> Disks)
{
    /// <summary>Why the bitmap of a disk cannot be used, by disk, where more than that is known.</summary>
    internal IReadOnlyDictionary<string, string> Reasons { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Fingerprints of the images that a restore has put the bitmaps into, by disk; else empty.</summary>
    internal IReadOnlyDictionary<string, string> SeededImages { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Leaves out the disks on which the checkpoint was found to have missed changes.</summary>
    internal CheckpointProbe Distrusting(IEnumerable<DistrustedDocument> notes)
    {
        var reasons = new Dictionary<string, string>(Reasons, StringComparer.Ordinal);
        foreach (var note in notes)
            if (note.Checkpoints.Contains(Name, StringComparer.Ordinal))
                reasons[note.Disk] = note.Reason;
        return this with { Reasons = reasons };
    }
}
