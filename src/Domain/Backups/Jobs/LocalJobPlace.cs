using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>A directory of this host.</summary>
internal sealed class LocalJobPlace(string parent) : IJobPlace
{
    /// <inheritdoc/>
    public string Name { get; } = JobDirectory.NewPath(parent);

    /// <inheritdoc/>
    public string? Host => null;

    /// <inheritdoc/>
    public DomainBackupServer Server => new UnixBackupServer { Socket = JobDirectory.SocketOf(Name) };

    /// <inheritdoc/>
    public string? Warning => null;

    /// <inheritdoc/>
    public Task PrepareAsync(QemuOwner? owner, CancellationToken cancellationToken) =>
        JobDirectory.CreateAsync(Name, owner, "--scratch", cancellationToken);

    /// <inheritdoc/>
    public string ScratchOf(SelectedDisk disk) => JobDirectory.ScratchOf(Name, disk.Name);

    /// <inheritdoc/>
    public string ExportNameOf(string disk) => disk;

    /// <inheritdoc/>
    public (long Free, long Total)? Measure() => ScratchWatch.Measure(Name);

    /// <inheritdoc/>
    public DiskExport ExportOf(string disk, string? bitmap) =>
        new(new NbdEndpoint.UnixSocket(JobDirectory.SocketOf(Name), ExportNameOf(disk)), bitmap);

    /// <inheritdoc/>
    public bool TryMove(LibvirtException refusal) => false;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask; // the journal knows what is left
}
