using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
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

    /// <summary>Looks only.</summary>
    internal async Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var found = new List<DoctorFinding>();
        if (await IsFrozenAsync(cancellationToken).ConfigureAwait(false)) found.Add(Frozen(isRepaired: false));
        if (journal.View.OpenJob is { } job) found.Add(Interrupted(job, isRepaired: false));
        else if (await IsPhantomAsync(cancellationToken).ConfigureAwait(false)) found.Add(Phantom(isRepaired: false));
        return found;
    }

    /// <summary>Looks, and ends what was left.</summary>
    internal async Task<IReadOnlyList<DoctorFinding>> RepairAsync(
        string? repositoryId, IReadOnlyList<PointSummary> points, CancellationToken cancellationToken)
    {
        var found = new List<DoctorFinding>();
        if (await IsFrozenAsync(cancellationToken).ConfigureAwait(false))
        {
            var guest = new LibvirtGuest(uri, domain.Uuid, domain);
            await using var closing = guest.ConfigureAwait(false);
            await FreezeRecovery.RunAsync(guest, Freezes, time, domain.Name).ConfigureAwait(false);
            found.Add(Frozen(isRepaired: Freezes.Read() is null));
        }

        var job = journal.View.OpenJob;
        await new CrashRecovery(new LibvirtBackupDomain(domain, time), journal, state)
            .RecoverAsync(repositoryId, points, cancellationToken).ConfigureAwait(false);
        if (job is not null)
        {
            found.Add(Interrupted(job, isRepaired: journal.View.OpenJob is null));
        }
        else if (await IsDeadAsync(cancellationToken).ConfigureAwait(false))
        {
            await PullJob.EndAsync(domain, time, cancellationToken).ConfigureAwait(false);
            found.Add(Phantom(isRepaired: true));
        }

        return found;
    }

    private FreezeLedger Freezes => new(state.OpenDomain(domain.Uuid));

    /// <summary>
    /// A run was killed, and its watchdog too, before the guest was thawed; perhaps before it was frozen.
    /// </summary>
    private async Task<bool> IsFrozenAsync(CancellationToken cancellationToken) =>
        Freezes.Read() is not null && await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false);

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
        var xml = DomainXml.Parse(await domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        foreach (var disk in xml.Disks.Where(disk => !disk.IsEmpty).Select(disk => disk.Target.Value))
            if (await domain.GetBlockJobInfoAsync(disk, cancellationToken).ConfigureAwait(false) is not null)
                return false;
        return true;
    }

    private static DoctorFinding Frozen(bool isRepaired) => Find(
        "frozen-guest", null,
        "an interrupted backup may have left the guest's file systems frozen; the next backup thaws them too",
        isRepaired)
        with { Repair = "thaw" };

    private static DoctorFinding Interrupted(JobIntent job, bool isRepaired) => Find(
        "interrupted-job", job.Checkpoint,
        $"a backup (point {job.Point}) was interrupted, and its job, scratch images or checkpoint may be left; the "
        + "next backup deals with them too",
        isRepaired);

    private static DoctorFinding Phantom(bool isRepaired) => Find(
        "phantom-job", null,
        "libvirt says that a backup runs, but none does: libvirtd died when it ended; it keeps others from beginning",
        isRepaired);

    private static DoctorFinding Find(string finding, string? checkpoint, string message, bool isRepaired) => new()
    {
        State = finding,
        Checkpoint = checkpoint,
        Disk = null,
        Message = message,
        Repair = "end-job",
        Repaired = isRepaired,
        IsProblem = !isRepaired,
    };
}
