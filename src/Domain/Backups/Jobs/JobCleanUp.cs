using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Journals;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// Ends a job and removes what it left. Where the daemon went away meanwhile, over a new connection; where that fails
/// too, the intent stays and the next run does it.
/// </summary>
/// <param name="domain">The domain.</param>
/// <param name="journal">Its journal.</param>
/// <param name="owner">The id of the repository or image set that the point belongs to.</param>
/// <param name="uri">Where the domain is found again.</param>
/// <param name="next">What does the rest, such as <c>next backup</c>.</param>
internal sealed class JobCleanUp(IBackupDomain domain, Journal journal, string owner, string uri, string next)
{
    /// <summary>Ends the job of a point that exists, and drops checkpoints that no later backup needs.</summary>
    /// <returns>What could not be done, one line each.</returns>
    internal async Task<IReadOnlyList<string>> AfterCommitAsync(JobIntent intent, BackupPlan plan)
    {
        try
        {
            await domain.ReconnectingAsync(uri, async current =>
            {
                await EndJobAsync(current, intent).ConfigureAwait(false);
                // Until a domain that was started for the backup is stopped again, the journal has to know.
                if (!intent.StartedPaused) journal.Append(new JournalRecord.JobEnded(IsCommitted: true));
                try
                {
                    await TidyCheckpointsAsync(current.Tracking, plan).ConfigureAwait(false);
                }
                finally
                {
                    if (intent.StartedPaused)
                    {
                        await current.Jobs.TryStopPausedAsync(CancellationToken.None).ConfigureAwait(false);
                        journal.Append(new JournalRecord.JobEnded(IsCommitted: true));
                    }
                }
            }).ConfigureAwait(false);
            return [];
        }
        catch (Exception e) when (IsLeftToNext(e))
        {
            return [$"the point is complete, but its job could not be cleaned up ({e.Message}); the {next} does it"];
        }
    }

    /// <summary>Undoes everything of a point that does not exist.</summary>
    /// <returns>What is left to the next run, or null.</returns>
    internal async Task<string?> AfterFailureAsync(JobIntent intent)
    {
        try
        {
            var isUndone = true;
            await domain.ReconnectingAsync(uri, async current =>
            {
                await EndJobAsync(current, intent).ConfigureAwait(false);
                try
                {
                    isUndone = intent.Checkpoint is not { } made
                        || await new CheckpointRemover(current.Tracking, journal)
                            .TryRemoveUnfinishedAsync(made, CancellationToken.None).ConfigureAwait(false);
                }
                finally
                {
                    if (intent.StartedPaused)
                        await current.Jobs.TryStopPausedAsync(CancellationToken.None).ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
            if (!isUndone) return $"checkpoint '{intent.Checkpoint}' is removed by the {next} of the running domain";
            journal.Append(new JournalRecord.JobEnded(IsCommitted: false));
            return null;
        }
        catch (Exception e) when (IsLeftToNext(e))
        {
            return $"clean-up is left to the {next} ({e.Message})";
        }
    }

    private static bool IsLeftToNext(Exception e) =>
        e is LibvirtException or BackupException or IOException or UnauthorizedAccessException;

    private async Task EndJobAsync(IBackupDomain current, JobIntent intent)
    {
        var socket = await current.Jobs.GetSocketAsync(CancellationToken.None).ConfigureAwait(false);
        // Without a definition it is what a libvirtd has left that died: nobody else's, since the domain is locked.
        var isOurs = socket is null
            ? await current.Jobs.FindAsync(CancellationToken.None).ConfigureAwait(false) == "backup"
            : intent.IsOf(socket);
        if (isOurs)
            await current.Jobs.EndAsync(CancellationToken.None).ConfigureAwait(false);
        await JobPlaces.ClearAsync(intent, uri, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Of a running domain: no checkpoint of one that is off can be removed or looked at.</summary>
    private async Task TidyCheckpointsAsync(ITrackedDomain current, BackupPlan plan)
    {
        if (plan.NewCheckpoint is not { } newest) return;
        await DropSupersededAsync(current, newest, plan).ConfigureAwait(false);
        await new TrackingSurveyor(current, PointsOfDomain.None(owner), journal)
            .WitnessAsync(newest, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task DropSupersededAsync(ITrackedDomain current, string newest, BackupPlan plan)
    {
        var names = await current.ListCheckpointsAsync(CancellationToken.None).ConfigureAwait(false);
        var remover = new CheckpointRemover(current, journal);
        foreach (var name in CheckpointRetention.Superseded(names, newest, plan.KeptCheckpoints))
            await remover.TryRemoveAsync(name, CancellationToken.None).ConfigureAwait(false);
    }
}
