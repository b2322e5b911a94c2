using LibvirtBackup.Backups.Capturing;
using LibvirtBackup.Backups.Offline;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups;

/// <summary>What a point is made of: read from a host, or simulated.</summary>
internal interface IPointSources
{
    /// <summary>Collects what the domain is besides its disks.</summary>
    /// <param name="context">The backup.</param>
    /// <param name="writer">The session that files are added to.</param>
    /// <param name="selection">The disks.</param>
    /// <param name="wasRunning">Whether the domain ran before this backup.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<CapturedDomain> CaptureAsync(
        BackupContext context, BlobWriter writer, DiskSelection selection, bool wasRunning,
        CancellationToken cancellationToken);

    /// <summary>Looks at the disks of a domain that is shut off.</summary>
    /// <exception cref="BackupException">One cannot be read, or is open for writing.</exception>
    Task<IShutOffDisks> LookAsync(IReadOnlyList<SelectedDisk> disks, CancellationToken cancellationToken);

    /// <summary>What reads the disks of one instant into a session.</summary>
    /// <param name="context">The backup.</param>
    /// <param name="writer">The session.</param>
    CopyDisks CopyInto(BackupContext context, BlobWriter writer);
}
