namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>What repair did, and what it could not do.</summary>
internal sealed record RepairReport
{
    /// <summary>Packs that are listed in new indexes, since no good index did.</summary>
    public required int ListedPacks { get; init; }

    /// <summary>Indexes that were damaged and are gone.</summary>
    public required int RemovedIndexes { get; init; }

    /// <summary>Packs that were damaged or absent: what could be read of them is in new ones.</summary>
    public required int RemovedPacks { get; init; }

    /// <summary>Copies of blobs that were damaged and are gone.</summary>
    public required int DroppedCopies { get; init; }

    /// <summary>Blobs that were lost and have been read again from live disks.</summary>
    public required int HealedBlobs { get; init; }

    /// <summary>
    /// Notes of damage that were damaged themselves and are gone. What they told is not known any more: only verify
    /// finds it again.
    /// </summary>
    public required int RemovedDamageNotes { get; init; }

    /// <summary>The points that still have damage, and what it affects.</summary>
    public required IReadOnlyList<VerifiedPoint> DamagedPoints { get; init; }

    /// <summary>True when every point restores, as far as is known; see <see cref="NeedsVerify"/>.</summary>
    public bool IsGood => DamagedPoints.Count == 0;

    /// <summary>True when only verify can say what is damaged: notes of it are gone, or indexes were made anew.
    /// </summary>
    public bool NeedsVerify => RemovedDamageNotes + RemovedIndexes + ListedPacks > 0;
}
