using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>Where QEMU keeps the scratch images of one job and serves the disks, and how they are reached.</summary>
internal interface IJobPlace : IAsyncDisposable
{
    /// <summary>By what the job is known again: its directory, on its host, or a name of its own.</summary>
    string Name { get; }

    /// <summary>The other host where all of it is, by its URI; null for this one.</summary>
    string? Host { get; }

    /// <summary>Where QEMU serves the disks.</summary>
    DomainBackupServer Server { get; }

    /// <summary>One line about what cannot be watched over there, or null.</summary>
    string? Warning { get; }

    /// <summary>Makes what QEMU does not make itself.</summary>
    /// <param name="owner">Whom QEMU runs as; null for ourselves.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">It cannot be made.</exception>
    Task PrepareAsync(QemuOwner? owner, CancellationToken cancellationToken);

    /// <summary>The path of a disk's scratch image, on the job's host.</summary>
    /// <exception cref="BackupException">There is no place for it.</exception>
    string ScratchOf(SelectedDisk disk);

    /// <summary>The name by which QEMU offers a disk.</summary>
    string ExportNameOf(string disk);

    /// <summary>The space where scratch images are, in bytes; null when it cannot be told.</summary>
    (long Free, long Total)? Measure();

    /// <summary>Where a disk can be read.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="bitmap">The bitmap that goes with it, or null.</param>
    DiskExport ExportOf(string disk, string? bitmap);

    /// <summary>Chooses another address after QEMU could not listen at this one.</summary>
    /// <returns>False when that was not the reason, or there is no other.</returns>
    bool TryMove(LibvirtException refusal);
}
