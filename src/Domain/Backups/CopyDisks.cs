using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Backups;

/// <summary>Reads the disks of one instant, while they are exported.</summary>
/// <param name="disks">The disks.</param>
/// <param name="export">Where a disk is, and the name of its dirty bitmap, or null.</param>
/// <param name="cancellationToken">Gives up.</param>
internal delegate Task<IReadOnlyList<(DiskPlan Plan, DiskCopyResult Result)>> CopyDisks(
    IReadOnlyList<DiskPlan> disks,
    Func<DiskPlan, (NbdEndpoint Endpoint, string? Bitmap)> export,
    CancellationToken cancellationToken);
