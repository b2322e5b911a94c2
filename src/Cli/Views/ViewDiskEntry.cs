namespace LibvirtBackup.Cli.Views;

/// <summary>A disk of a view in JSON; what its scratch image takes is null when QEMU does not have it.</summary>
internal sealed record ViewDiskEntry(
    string Name, long VirtualSizeBytes, long? ScratchUsedBytes, long ScratchLimitBytes, IReadOnlyList<string> Since);
