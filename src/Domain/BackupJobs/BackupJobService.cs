using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.BackupJobs;

/// <summary>
/// libvirt's backup jobs as they are, without repository or bookkeeping. A domain is named by name, UUID or id.
/// Methods throw
/// <see cref="BackupException"/> when the domain or its job does not exist, and <see cref="LibvirtException"/> when
/// libvirt refuses for another reason.
/// </summary>
/// <param name="connection">The host.</param>
internal sealed class BackupJobService(LibvirtConnection connection)
{
    /// <summary>Begins a job, which goes on after this returns.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="backupXml">The <c>&lt;domainbackup&gt;</c> document.</param>
    /// <param name="checkpointXml">
    /// The <c>&lt;domaincheckpoint&gt;</c> document of a checkpoint of the same instant, or null.
    /// </param>
    /// <param name="reuseExternal">True when the files that the job writes to exist already.</param>
    /// <param name="cancellationToken">Gives up; the job may begin all the same.</param>
    public async Task BeginAsync(
        string domain, string backupXml, string? checkpointXml, bool reuseExternal, CancellationToken cancellationToken)
    {
        using var machine = await DomainFinder.FindAsync(connection, domain, cancellationToken).ConfigureAwait(false);
        var flags = reuseExternal ? VirDomainBackupBeginFlags.ReuseExternal : VirDomainBackupBeginFlags.None;
        try
        {
            await machine.BeginBackupAsync(backupXml, checkpointXml, flags, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, $"no backup job was started on domain '{machine.Name}'");
        }
    }

    /// <summary>The <c>&lt;domainbackup&gt;</c> document of the running job, every default filled in.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string> GetXmlAsync(string domain, CancellationToken cancellationToken)
    {
        using var machine = await DomainFinder.FindAsync(connection, domain, cancellationToken).ConfigureAwait(false);
        try
        {
            return await machine.GetBackupXmlAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.NoDomainBackup)
        {
            throw NoJob(machine, e);
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, $"cannot read the backup job of domain '{machine.Name}'");
        }
    }

    /// <summary>Ends the running backup job; another kind of job is left alone.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">Gives up; the job may end all the same.</param>
    public async Task AbortAsync(string domain, CancellationToken cancellationToken)
    {
        using var machine = await DomainFinder.FindAsync(connection, domain, cancellationToken).ConfigureAwait(false);

        // Not asked by the XML: after a crash of the daemon a job can be left that has none, and this is how it is
        // got rid of.
        var job = await machine.GetJobStatsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        if (job.Type == VirDomainJobType.None || job.Operation != VirDomainJobOperation.Backup)
            throw NoJob(machine, null);
        await machine.AbortJobAsync(cancellationToken).ConfigureAwait(false);
    }

    private static BackupException NoJob(LibvirtDomain machine, LibvirtException? e) => new(
        FailureKind.Failed, $"domain '{machine.Name}' has no backup job; 'backup-begin {machine.Name}' starts one", e);
}
