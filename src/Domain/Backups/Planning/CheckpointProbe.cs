using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Recovery.Table;
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

    /// <summary>From what libvirt says while the domain runs.</summary>
    /// <param name="name">The checkpoint.</param>
    /// <param name="checkpoint">With sizes, which libvirt leaves out for a bitmap that is missing or broken; or null.
    /// </param>
    internal static CheckpointProbe Of(string name, TrackedCheckpoint? checkpoint)
    {
        var disks = checkpoint?.Disks ?? new Dictionary<string, long?>();
        return new CheckpointProbe(
            name,
            Exists: checkpoint is not null,
            disks.ToDictionary(disk => disk.Key, disk => disk.Value is not null, StringComparer.Ordinal))
        {
            SeededImages = Planning.SeededImages.Read(checkpoint?.Description),
        };
    }

    /// <summary>
    /// Leaves out the disks on which the removal of the checkpoint has begun: what is there still, nobody looks after.
    /// </summary>
    internal CheckpointProbe WithoutDropped(JournalView journal) => this with
    {
        Reasons = Disks.Keys.Where(disk => journal.MarkOf(Name, disk) == JournalMark.Dropping).Aggregate(
            new Dictionary<string, string>(Reasons, StringComparer.Ordinal),
            (reasons, disk) =>
            {
                reasons[disk] = $"the removal of checkpoint '{Name}' was begun, and is not over";
                return reasons;
            }),
    };

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
