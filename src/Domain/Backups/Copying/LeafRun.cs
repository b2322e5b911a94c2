namespace LibvirtBackup.Backups.Copying;

/// <summary>Chunks of a leaf that are read in one request.</summary>
/// <param name="Work">The leaf.</param>
/// <param name="First">The first chunk's place in the leaf.</param>
/// <param name="Count">The number of chunks.</param>
internal readonly record struct LeafRun(LeafWork Work, int First, int Count);
