using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>The jobs of a domain of a real libvirt.</summary>
internal sealed class LibvirtBackupJobs(LibvirtDomain domain, TimeProvider time) : IBackupJobs
{
    /// <inheritdoc/>
    public Task<string?> FindAsync(CancellationToken cancellationToken) =>
        PullJob.FindJobAsync(domain, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> GetSocketAsync(CancellationToken cancellationToken) =>
        PullJob.GetSocketAsync(domain, cancellationToken);

    /// <inheritdoc/>
    public async Task<QemuOwner?> GetOwnerAsync(CancellationToken cancellationToken) => QemuOwner.FromCapabilities(
        await domain.Connection.GetCapabilitiesXmlAsync(cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public Task BeginAsync(string backupXml, string? checkpointXml) =>
        domain.BeginBackupAsync(backupXml, checkpointXml, cancellationToken: CancellationToken.None);

    /// <inheritdoc/>
    public Task<string?> TryStopNbdServerAsync() => LeftNbdServer.TryStopAsync(domain);

    /// <inheritdoc/>
    public async Task<string?> FindUnprotectedAsync(IReadOnlyList<string> disks, CancellationToken cancellationToken)
    {
        foreach (var disk in disks)
        {
            var job = await domain.GetBlockJobInfoAsync(disk, cancellationToken).ConfigureAwait(false);
            if (job?.Type != VirDomainBlockJobType.Backup) return disk;
        }

        return null;
    }

    /// <inheritdoc/>
    public Task EndAsync(CancellationToken cancellationToken) => PullJob.EndAsync(domain, time, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> HasSavedMemoryAsync(CancellationToken cancellationToken) =>
        domain.HasManagedSaveAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StartPausedAsync() => domain.StartAsync(VirDomainCreateFlags.StartPaused, CancellationToken.None);

    /// <inheritdoc/>
    public Task<bool> TryStopPausedAsync(CancellationToken cancellationToken) =>
        PausedStart.TryStopAsync(domain, cancellationToken);
}
