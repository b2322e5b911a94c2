using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.State;

namespace LibvirtBackup.BlockJobs;

/// <summary>
/// A domain that runs for as long as its images are changed: libvirt carries bitmaps along only then. One that is shut
/// off is started paused, so that its guest does nothing, and stopped again unless its guest has run; the journal
/// knows, and when we are killed the next run stops it.
/// </summary>
internal sealed class RunningDomain : IAsyncDisposable
{
    private readonly LibvirtDomain _domain;
    private readonly Journal _journal;

    private RunningDomain(LibvirtDomain domain, Journal journal, bool wasStarted) =>
        (_domain, _journal, WasStarted) = (domain, journal, wasStarted);

    /// <summary>True when it was shut off.</summary>
    internal bool WasStarted { get; }

    /// <exception cref="BackupException">
    /// It has saved memory, which a start would use up, or is left in a job.
    /// </exception>
    internal static async Task<RunningDomain> EnsureAsync(
        LibvirtDomain domain, Journal journal, StateDirectory state, CancellationToken cancellationToken)
    {
        if (await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false))
            return new RunningDomain(domain, journal, wasStarted: false);
        if (journal.View.OpenJob is not null)
            throw new BackupException(
                FailureKind.Failed,
                $"what an interrupted backup of domain '{domain.Name}' has left is not undone yet; back it up, or run "
                + "'lvbackup doctor --repair', first");
        if (await domain.HasManagedSaveAsync(cancellationToken).ConfigureAwait(false))
            throw new BackupException(
                FailureKind.NotSupported,
                $"domain '{domain.Name}' is saved, and its memory fits the disks as they are; start it first, or drop "
                + $"the memory ('virsh managedsave-remove {domain.Name}')");
        journal.Append(new JournalRecord.JobBegun(new JobIntent
        {
            Point = "",
            RepositoryId = "",
            Checkpoint = null,
            JobDirectory = JobDirectory.NewPath(state.JobsDirectory),
            StartedPaused = true,
        }));
        await domain.StartAsync(VirDomainCreateFlags.StartPaused, CancellationToken.None).ConfigureAwait(false);
        return new RunningDomain(domain, journal, wasStarted: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (!WasStarted) return;
        try
        {
            await PausedStart.TryStopAsync(_domain, CancellationToken.None).ConfigureAwait(false);
            _journal.Append(new JournalRecord.JobEnded(false));
        }
        catch (LibvirtException)
        {
            // The journal still knows: the next run stops it.
        }
    }
}
