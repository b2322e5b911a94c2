using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Journals;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// Ends a job and removes what it left. Where the daemon went away meanwhile, over a new connection; where that fails
/// too, the intent stays and the next run does it.
/// </summary>
internal sealed class JobCleanUp(BackupContext context, string uri)
{
    /// <summary>Ends the job of a point that exists, and drops checkpoints that no later backup needs.</summary>
    /// <returns>What could not be done, one line each.</returns>
    internal async Task<IReadOnlyList<string>> AfterCommitAsync(JobIntent intent, BackupPlan plan)
    {
        try
        {
            await WithDomainAsync(async current =>
            {
                await EndJobAsync(current, intent).ConfigureAwait(false);
                context.Journal.Append(new JournalRecord.JobEnded(IsCommitted: true));
                if (plan.NewCheckpoint is not { } newest) return;
                var tracked = new LibvirtTrackedDomain(current);
                await DropSupersededAsync(tracked, newest, plan).ConfigureAwait(false);
                await new TrackingSurveyor(tracked, PointsOfDomain.None(context.Repository.Id), context.Journal)
                    .WitnessAsync(newest, CancellationToken.None).ConfigureAwait(false);
            }).ConfigureAwait(false);
            return [];
        }
        catch (Exception e) when (e is LibvirtException or BackupException or IOException)
        {
            return [$"the point is complete, but its job could not be cleaned up ({e.Message}); the next backup does "
                + "it"];
        }
    }

    /// <summary>Undoes everything of a point that does not exist.</summary>
    /// <returns>What is left to the next run, or null.</returns>
    internal async Task<string?> AfterFailureAsync(JobIntent intent)
    {
        try
        {
            var isUndone = true;
            await WithDomainAsync(async current =>
            {
                await EndJobAsync(current, intent).ConfigureAwait(false);
                isUndone = intent.Checkpoint is not { } made
                    || await new CheckpointRemover(new LibvirtTrackedDomain(current), context.Journal)
                        .TryRemoveAsync(made, CancellationToken.None).ConfigureAwait(false);
            }).ConfigureAwait(false);
            if (!isUndone) return $"checkpoint '{intent.Checkpoint}' is removed by the next backup of the running "
                + "domain";
            context.Journal.Append(new JournalRecord.JobEnded(IsCommitted: false));
            return null;
        }
        catch (Exception e) when (e is LibvirtException or BackupException or IOException)
        {
            return $"clean-up is left to the next backup ({e.Message})";
        }
    }

    private async Task EndJobAsync(LibvirtDomain current, JobIntent intent)
    {
        var socket = await PullJob.GetSocketAsync(current, CancellationToken.None).ConfigureAwait(false);
        if (socket == JobDirectory.SocketOf(intent.JobDirectory))
            await PullJob.EndAsync(current, context.Time, CancellationToken.None).ConfigureAwait(false);
        JobDirectory.Remove(intent.JobDirectory);
        if (!intent.StartedPaused) return;
        var state = await current.GetStateAsync(CancellationToken.None).ConfigureAwait(false);
        // Somebody may have resumed it meanwhile: then it is theirs.
        if (state.State == VirDomainState.Paused)
            await current.DestroyAsync(cancellationToken: CancellationToken.None).ConfigureAwait(false);
    }

    private async Task DropSupersededAsync(LibvirtTrackedDomain current, string newest, BackupPlan plan)
    {
        var names = await current.ListCheckpointsAsync(CancellationToken.None).ConfigureAwait(false);
        var remover = new CheckpointRemover(current, context.Journal);
        foreach (var name in CheckpointRetention.Superseded(names, newest, plan.KeptCheckpoints))
            await remover.TryRemoveAsync(name, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task WithDomainAsync(Func<LibvirtDomain, Task> action)
    {
        try
        {
            await action(context.Domain).ConfigureAwait(false);
        }
        catch (LibvirtException) when (context.Connection.Closed.IsCompleted)
        {
            var again = await LibvirtConnection.OpenAsync(uri, cancellationToken: CancellationToken.None)
                .ConfigureAwait(false);
            await using var closing = again.ConfigureAwait(false);
            using var same = await again.LookupDomainAsync(context.Domain.Uuid, CancellationToken.None)
                .ConfigureAwait(false);
            await action(same).ConfigureAwait(false);
        }
    }
}
