namespace LibvirtBackup.Recovery;

/// <summary>What a checkpoint tracks on one disk.</summary>
/// <param name="Checkpoint">The checkpoint's name.</param>
/// <param name="Disk">The disk's target (<c>vda</c>).</param>
internal sealed record CheckpointOnDisk(string Checkpoint, string Disk);
