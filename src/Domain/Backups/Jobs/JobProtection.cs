using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>Whether a pull job still keeps what the guest overwrites.</summary>
internal static class JobProtection
{
    /// <summary>
    /// QEMU's NBD server can outlive the job, and serves the live disk then: a copy is one instant only when the job is
    /// there after the last read. A job that ended never comes back, so this tells of every read before. libvirt's
    /// definition of the job is not enough: it can outlive the job as well.
    /// </summary>
    /// <param name="domain">The domain.</param>
    /// <param name="uri">Where it is found again when libvirtd went away meanwhile.</param>
    /// <param name="intent">The job.</param>
    /// <param name="plan">What was read.</param>
    /// <exception cref="BackupException">The job has ended, or nobody can tell.</exception>
    internal static async Task RequireAsync(IBackupDomain domain, string uri, JobIntent intent, BackupPlan plan)
    {
        string? lost = null;
        try
        {
            await domain.ReconnectingAsync(
                uri, async current => lost = await FindLostAsync(current.Jobs, intent, plan).ConfigureAwait(false))
                .ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"libvirt cannot be asked whether the backup job of domain '{domain.Name}' lasted until everything was "
                + $"read ({e.Message}); no point was made, the next backup covers the gap",
                e);
        }

        if (lost is not null)
            throw new BackupException(
                FailureKind.Failed,
                $"the backup job of disk '{lost}' of domain '{domain.Name}' ended before everything was read, so "
                + "what was read need not be of one instant; no point was made, the next backup covers the gap");
    }

    private static async Task<string?> FindLostAsync(IBackupJobs jobs, JobIntent intent, BackupPlan plan)
    {
        var socket = await jobs.GetSocketAsync(CancellationToken.None).ConfigureAwait(false);
        var names = plan.Disks.Select(disk => disk.Disk.Name).ToList();
        return socket is not null && intent.IsOf(socket)
            ? await jobs.FindUnprotectedAsync(names, CancellationToken.None).ConfigureAwait(false)
            : names[0];
    }
}
