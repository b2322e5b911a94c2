using LibvirtBackup.Hosts;
using LibvirtBackup.InstantRecovery.Servers;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Restores;
using LibvirtBackup.State;

namespace LibvirtBackup.InstantRecovery;

/// <summary>
/// Pulls all data of a domain that runs from the repository into its local images, while the guest runs or when it is
/// off, and leaves an ordinary domain. It may be killed at any time and run again.
/// </summary>
internal sealed class InstantFinisher
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _time;
    private readonly InstantRegistry _registry;
    private readonly PointServers _servers;

    /// <summary>Makes it.</summary>
    /// <param name="options">Where what runs is noted, and how its servers are started.</param>
    /// <param name="time">The clock.</param>
    public InstantFinisher(InstantRecoveryOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _time = time;
        _registry = new InstantRegistry(new StateDirectory(options.StateDirectory));
        _servers = new PointServers(options, _registry, time);
    }

    /// <summary>Finishes a domain.</summary>
    /// <param name="connection">The host.</param>
    /// <param name="name">The domain's name or UUID.</param>
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="cancellationToken">Gives up; the domain still needs the repository then.</param>
    /// <exception cref="BackupException">Why it still needs the repository; nothing is lost.</exception>
    public async Task<InstantEnd> FinishAsync(
        LibvirtConnection connection, string name, IProgress<RestoreProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var known = _registry.Get(name);
        using var held = _registry.Lock(known.Uuid, known.Name);
        if (known.IsLeftOver || known.TestedBy is not null)
            throw new BackupException(
                FailureKind.Failed, $"domain '{known.Name}' is a test or half thrown away; it cannot be finished");
        using var domain = await InstantDiscarder.FindAsync(connection, known, cancellationToken).ConfigureAwait(false)
            ?? throw new BackupException(
                FailureKind.Failed,
                $"domain '{known.Name}' ({known.Uuid}) is not defined any more: define it again with the images in "
                + $"'{known.Directory}', or discard it");
        await _servers.EnsureAsync(known, cancellationToken).ConfigureAwait(false);
        if (await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false))
            await PullAsync(domain, known, progress, cancellationToken).ConfigureAwait(false);
        else
            await FlattenAsync(known, progress, cancellationToken).ConfigureAwait(false);
        await LeaveAsync(connection, domain, known, cancellationToken).ConfigureAwait(false);
        await _servers.EndAsync(known).ConfigureAwait(false);
        var left = await InstantUse.TryReleaseAsync(known).ConfigureAwait(false);
        _registry.Remove(known);
        return new InstantEnd(known, left is null ? [] : [left]);
    }

    private async Task PullAsync(
        LibvirtDomain domain, InstantDomain known, IProgress<RestoreProgress>? progress,
        CancellationToken cancellationToken)
    {
        await GuestResumer.ResumeAsync(domain, _time, cancellationToken).ConfigureAwait(false);
        foreach (var disk in known.Disks)
        {
            if (!await NeedsServerAsync(domain, known, disk, cancellationToken).ConfigureAwait(false)) continue;
            // A run that was killed has left its job, which goes on.
            if (await domain.GetBlockJobInfoAsync(disk.Target, cancellationToken).ConfigureAwait(false) is null)
                await domain.BlockPullAsync(disk.Target, cancellationToken: cancellationToken).ConfigureAwait(false);
            while (await domain.GetBlockJobInfoAsync(disk.Target, cancellationToken).ConfigureAwait(false) is { } job)
            {
                if (job.Type != VirDomainBlockJobType.Pull)
                    throw new BackupException(
                        FailureKind.Busy,
                        $"disk '{disk.Target}' of domain '{domain.Name}' is in another block job ({job.Type}); wait "
                        + "for it, then finish again");
                Report(progress, disk, (long)job.Current, (long)job.End);
                await Task.Delay(s_pollInterval, _time, cancellationToken).ConfigureAwait(false);
            }

            if (await NeedsServerAsync(domain, known, disk, cancellationToken).ConfigureAwait(false))
                throw new BackupException(
                    FailureKind.Failed,
                    $"the data of disk '{disk.Target}' of domain '{domain.Name}' was not pulled in as a whole (did its "
                    + $"server or the guest end?); nothing is lost, run 'lvbackup boot --name {domain.Name} --finish' "
                    + "again");
            Report(progress, disk, disk.SizeBytes, disk.SizeBytes);
        }
    }

    /// <summary>The domain is off: QEMU's locks keep it so meanwhile.</summary>
    private static async Task FlattenAsync(
        InstantDomain known, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        foreach (var disk in known.Disks)
        {
            await QemuImage.FlattenAsync(disk.Image, cancellationToken).ConfigureAwait(false);
            Report(progress, disk, disk.SizeBytes, disk.SizeBytes);
        }
    }

    /// <summary>Makes the definition an ordinary one, and looks that nothing needs the server any more.</summary>
    private static async Task LeaveAsync(
        LibvirtConnection connection, LibvirtDomain domain, InstantDomain known, CancellationToken cancellationToken)
    {
        var live = DomainXml.Parse(
            await domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        foreach (var disk in known.Disks.Where(own => live.Disks.Any(disk => disk.LocalPath == own.Image)))
        {
            var image = await QemuImage.InspectSharedAsync(disk.Image, "qcow2", cancellationToken)
                .ConfigureAwait(false);
            if (image.Properties.BackingFile is { } backing)
                throw new BackupException(
                    FailureKind.Failed,
                    $"image '{disk.Image}' still lies over '{backing}'; its server goes on: finish again");
        }

        var xml = await domain.GetXmlAsync(
            VirDomainXMLFlags.Inactive | VirDomainXMLFlags.Secure, cancellationToken).ConfigureAwait(false);
        var ordinary = InstantDefinition.Detach(DomainXml.Parse(xml), known);
        using var defined = await connection.DefineDomainAsync(
            ordinary.ToXml(), cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> NeedsServerAsync(
        LibvirtDomain domain, InstantDomain known, InstantDisk disk, CancellationToken cancellationToken)
    {
        var xml = await domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return DomainXml.Parse(xml).Disks.Any(
            live => live.Target.Value == disk.Target && InstantDefinition.IsBelow(live, known.Socket));
    }

    private static void Report(IProgress<RestoreProgress>? progress, InstantDisk disk, long done, long total) =>
        progress?.Report(new RestoreProgress(disk.Target, done, total));
}
