namespace LibvirtBackup.Views;

/// <summary>A disk of a view as lists show it.</summary>
/// <param name="Name">The target (<c>vda</c>).</param>
/// <param name="SizeBytes">Its size at the instant.</param>
/// <param name="ScratchUsedBytes">What its scratch image takes; null when QEMU does not have it.</param>
/// <param name="ScratchLimitBytes">How large that may become.</param>
/// <param name="Since">The checkpoints since which it is known what changed.</param>
internal sealed record ViewDiskSummary(
    string Name, long SizeBytes, long? ScratchUsedBytes, long ScratchLimitBytes, IReadOnlyList<string> Since);
