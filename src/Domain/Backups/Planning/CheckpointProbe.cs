namespace LibvirtBackup.Backups.Planning;

/// <summary>What libvirt says of a checkpoint right now.</summary>
/// <param name="Name">The checkpoint.</param>
/// <param name="Exists">False when libvirt does not know it.</param>
/// <param name="DirtyBytes">
/// Per disk that the checkpoint tracks: bytes changed since, or null when the bitmap is missing or broken.
/// </param>
internal sealed record CheckpointProbe(string Name, bool Exists, IReadOnlyDictionary<string, long?> DirtyBytes);
