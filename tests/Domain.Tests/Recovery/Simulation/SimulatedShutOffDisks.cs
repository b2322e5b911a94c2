using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Offline;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>
/// The images of a simulated domain that is shut off. What a bitmap in them is worth, the product says.
/// </summary>
internal sealed class SimulatedShutOffDisks(SimulatedDomain domain, IEnumerable<string> disks) : IShutOffDisks
{
    internal const int ChunkBytes = 64 * Units.KiB;

    /// <summary>Stands for the images' own exports.</summary>
    internal const string Socket = "/images";

    private readonly Dictionary<string, StoredChain> _chains =
        disks.ToDictionary(disk => disk, disk => new StoredChain([Describe(domain.Images[disk])]));

    /// <summary>By checkpoint and disk: the bitmaps that were read.</summary>
    internal Dictionary<string, string> Read { get; } = [];

    public CheckpointProbe Probe(string checkpoint, bool isKnown) => StoredChain.Probe(_chains, checkpoint, isKnown);

    public DiskExport ExportOf(SelectedDisk disk, string? bitmap)
    {
        if (bitmap is not null) Read[disk.Name] = bitmap;
        return new DiskExport(new NbdEndpoint.UnixSocket(Socket, disk.Name), bitmap);
    }

    public Task EnsureUntouchedAsync(CancellationToken cancellationToken) => domain.IsRunning
        ? throw new BackupException(FailureKind.Failed, "the domain was started meanwhile")
        : Task.CompletedTask;

    private static QemuImageInfo Describe(SimulatedImage image) => new()
    {
        FileName = image.Path,
        Format = "qcow2",
        VirtualSizeBytes = (long)image.Chunks.Length * ChunkBytes,
        Properties = new DiskImageProperties { ClusterSizeBytes = ChunkBytes },
        HasSnapshots = false,
        IsEncrypted = false,
        Bitmaps =
        [
            .. image.Bitmaps.Select(bitmap => new StoredBitmap(
                bitmap.Key, bitmap.Value.GranularityBytes, bitmap.Value.Recording, bitmap.Value.Inconsistent)),
        ],
    };
}
