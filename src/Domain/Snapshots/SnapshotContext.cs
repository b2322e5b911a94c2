using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.State;
using LibvirtBackup.Views;

namespace LibvirtBackup.Snapshots;

/// <summary>A locked domain whose snapshots are dealt with.</summary>
internal sealed record SnapshotContext
{
    internal required HostVersions Host { get; init; }

    internal required LibvirtDomain Domain { get; init; }

    internal required BackupEngineOptions Options { get; init; }

    internal required StateDirectory State { get; init; }

    internal required Journal Journal { get; init; }

    internal required TimeProvider Time { get; init; }

    /// <exception cref="BackupException">Busy: another job holds the domain, or a view of it is open.</exception>
    internal async Task RefuseWhenBusyAsync(CancellationToken cancellationToken)
    {
        await PullJob.RefuseWhenBusyAsync(new LibvirtBackupDomain(Domain, Time), cancellationToken)
            .ConfigureAwait(false);
        await ViewGuard.RefuseWhenOpenAsync(Domain, Options.StateDirectory, Time, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <exception cref="BackupException">There is no such snapshot.</exception>
    internal async Task<DomainSnapshot> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await Domain.LookupSnapshotAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.NoDomainSnapshot)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"domain '{Domain.Name}' has no snapshot '{name}'; see 'virsh snapshot-list {Domain.Name}'",
                e);
        }
    }
}
