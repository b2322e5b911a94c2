namespace LibvirtBackup.Backups.Copying;

/// <summary>Chunks of a leaf that are read in one request.</summary>
/// <param name="Work">The leaf.</param>
/// <param name="First">The first chunk's place in the leaf.</param>
/// <param name="Count">The number of chunks.</param>
internal sealed record LeafRun(LeafWork Work, int First, int Count)
{
    /// <summary>Where the run begins on the disk, in bytes.</summary>
    internal long Offset => Work.OffsetOf(First);

    internal int Length => OffsetOf(First + Count);

    /// <summary>Where a chunk begins in the run's bytes.</summary>
    /// <param name="index">Its place in the leaf.</param>
    internal int OffsetOf(int index) => (int)(Work.OffsetOf(index) - Offset);
}
