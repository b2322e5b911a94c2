using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.Recovery.Doctors;

/// <summary>Finds what jobs have left on a domain, which is locked: so no backup of ours runs.</summary>
internal sealed class JobExamination(
    LibvirtDomain domain, string uri, Journal journal, StateDirectory state, TimeProvider time)
{
    /// <summary>
    /// How long a job without a definition has to stay the same before it is taken for dead: one that somebody is just
    /// beginning looks alike, while libvirt makes its scratch images.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(500);

    private readonly CrashRecovery _recovery =
        new(new LibvirtBackupDomain(domain, time), journal, state) { MayWriteImages = true };

    private readonly FrozenGuest _frozen = new(domain, uri, state, time);

    /// <summary>Looks only.</summary>
    internal async Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var found = new List<DoctorFinding>(await _frozen.LookAsync(cancellationToken).ConfigureAwait(false));
        if (await _recovery.FindJobAsync(cancellationToken).ConfigureAwait(false) is not null
            || journal.View.OpenJob is not null)
            found.Add(Interrupted(journal.View.OpenJob, isRepaired: false));
        else if (await IsPhantomAsync(cancellationToken).ConfigureAwait(false)) found.Add(Phantom(isRepaired: false));
        return found;
    }

    /// <summary>Looks, and ends what was left.</summary>
    internal async Task<IReadOnlyList<DoctorFinding>> RepairAsync(
        string? repositoryId, IReadOnlyList<PointSummary> points, CancellationToken cancellationToken)
    {
        var found = new List<DoctorFinding>(await _frozen.RepairAsync(cancellationToken).ConfigureAwait(false));
        var job = journal.View.OpenJob;
        var isOurs = job is not null
            || await _recovery.FindJobAsync(cancellationToken).ConfigureAwait(false) is not null;
        if (isOurs)
        {
            try
            {
                await _recovery.RecoverAsync(repositoryId, points, cancellationToken).ConfigureAwait(false);
            }
            catch (BackupException e)
            {
                found.Add(DomainExamination.Refused(e.Message));
            }

            var isLeft = journal.View.OpenJob is not null
                || await _recovery.FindJobAsync(cancellationToken).ConfigureAwait(false) is not null;
            found.Add(Interrupted(job, isRepaired: !isLeft));
        }
        else if (await IsDeadAsync(cancellationToken).ConfigureAwait(false))
        {
            await PullJob.EndAsync(domain, time, cancellationToken).ConfigureAwait(false);
            found.Add(Phantom(isRepaired: true));
        }

        return found;
    }

    private async Task<bool> IsDeadAsync(CancellationToken cancellationToken)
    {
        if (!await IsPhantomAsync(cancellationToken).ConfigureAwait(false)) return false;
        var start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < s_patience)
        {
            await Task.Delay(s_pollInterval, time, cancellationToken).ConfigureAwait(false);
            if (!await IsPhantomAsync(cancellationToken).ConfigureAwait(false)) return false;
        }

        return true;
    }

    /// <summary>libvirt says that a backup runs, mostly with its definition, and no disk has a job.</summary>
    private async Task<bool> IsPhantomAsync(CancellationToken cancellationToken)
    {
        if (await PullJob.FindJobAsync(domain, cancellationToken).ConfigureAwait(false) != "backup") return false;
        var xml = await RemoteHost.ReadDefinitionAsync(domain, cancellationToken).ConfigureAwait(false);
        foreach (var disk in xml.Disks.Where(disk => !disk.IsEmpty).Select(disk => disk.Target.Value))
            if (await domain.GetBlockJobInfoAsync(disk, cancellationToken).ConfigureAwait(false) is not null)
                return false;
        return true;
    }

    /// <param name="job">What the journal says of it; null when the journal was lost, and the job is still there.
    /// </param>
    /// <param name="isRepaired">True when nothing is left of it.</param>
    private static DoctorFinding Interrupted(JobIntent? job, bool isRepaired) => DomainExamination.OfDomain(
        "interrupted-job",
        job?.Checkpoint,
        (job is null
            ? "a backup was interrupted, of which the journal knows nothing, and its job is left"
            : $"a backup (point {job.Point}) was interrupted, and its job, scratch images or checkpoint may be left")
            + "; the next backup deals with them too",
        "end-job",
        isRepaired);

    private static DoctorFinding Phantom(bool isRepaired) => DomainExamination.OfDomain(
        "phantom-job",
        null,
        "libvirt says that a backup runs, but none does: libvirtd died when it ended; it keeps others from beginning",
        "end-job",
        isRepaired);
}
