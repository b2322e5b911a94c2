namespace LibvirtBackup.Checkpoints;

/// <summary>
/// A checkpoint of this product that libvirt has forgotten, as it does when a domain migrates, while its bitmaps still
/// record.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Disks">The disks that have its bitmap.</param>
internal sealed record ForgottenCheckpoint(string Name, IReadOnlyList<CheckpointDisk> Disks);
