using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Backups.Planning;

namespace LibvirtBackup.Backups;

/// <summary>Reads the disks of one instant, while they are exported.</summary>
/// <param name="disks">The disks.</param>
/// <param name="export">Where a disk is.</param>
/// <param name="cancellationToken">Gives up.</param>
internal delegate Task<IReadOnlyList<(DiskPlan Plan, DiskCopyResult Result)>> CopyDisks(
    IReadOnlyList<DiskPlan> disks,
    Func<DiskPlan, DiskExport> export,
    CancellationToken cancellationToken);
