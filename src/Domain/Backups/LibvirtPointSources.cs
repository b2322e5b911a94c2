using LibvirtBackup.Backups.Capturing;
using LibvirtBackup.Backups.Offline;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups;

/// <summary>Reads a domain of a real libvirt, its guest and its images.</summary>
internal sealed class LibvirtPointSources(LibvirtDomain domain) : IPointSources
{
    /// <inheritdoc/>
    public Task<CapturedDomain> CaptureAsync(
        BackupContext context, BlobWriter writer, DiskSelection selection, bool wasRunning,
        CancellationToken cancellationToken) =>
        new DomainCapturer(context, domain, writer).CaptureAsync(selection, wasRunning, cancellationToken);

    /// <inheritdoc/>
    public async Task<IShutOffDisks> LookAsync(
        IReadOnlyList<SelectedDisk> disks, CancellationToken cancellationToken) =>
        await ShutOffDisks.LookAsync(domain, disks, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public CopyDisks CopyInto(BackupContext context, BlobWriter writer) => new DiskSetCopier(context, writer).CopyAsync;
}
