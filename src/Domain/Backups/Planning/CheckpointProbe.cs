namespace LibvirtBackup.Backups.Planning;

/// <summary>What libvirt says of a checkpoint right now.</summary>
/// <param name="Name">The checkpoint.</param>
/// <param name="Exists">False when libvirt does not know it.</param>
/// <param name="DirtyBytes">
/// Per disk that the checkpoint tracks: bytes changed since, or null when the bitmap is missing or broken.
/// </param>
internal sealed record CheckpointProbe(string Name, bool Exists, IReadOnlyDictionary<string, long?> DirtyBytes)
{
    /// <summary>Why a disk is not tracked any more, by disk, where that was just found out.</summary>
    internal IReadOnlyDictionary<string, string> Reasons { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}
