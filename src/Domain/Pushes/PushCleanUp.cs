using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Journals;

namespace LibvirtBackup.Pushes;

/// <summary>
/// Deals with what a push leaves. Where the daemon went away meanwhile, over a new connection; where that fails too,
/// the intent stays and the next push or backup does it.
/// </summary>
internal sealed class PushCleanUp(PushContext context, string uri)
{
    /// <summary>Drops checkpoints that no later push needs.</summary>
    internal async Task AfterCommitAsync(BackupPlan plan)
    {
        context.Journal.Append(new JournalRecord.JobEnded(IsCommitted: true));
        if (plan.NewCheckpoint is not { } newest) return;
        try
        {
            await context.Domain.ReconnectingAsync(uri, async current =>
            {
                var names = await current.Tracking.ListCheckpointsAsync(CancellationToken.None).ConfigureAwait(false);
                var remover = new CheckpointRemover(current.Tracking, context.Journal);
                foreach (var name in CheckpointRetention.Superseded(names, newest, plan.KeptCheckpoints))
                    await remover.TryRemoveAsync(name, CancellationToken.None).ConfigureAwait(false);
                var none = PointsOfDomain.None(context.Set.Id);
                await new TrackingSurveyor(current.Tracking, none, context.Journal)
                    .WitnessAsync(newest, CancellationToken.None).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LibvirtException or BackupException or IOException)
        {
            context.Warnings.Add(
                $"the point is complete, but older checkpoints could not be removed ({e.Message}); the next push does "
                + "it");
        }
    }

    /// <summary>Undoes everything of a point that does not exist.</summary>
    /// <returns>What is left to the next run, or null.</returns>
    internal async Task<string?> AfterFailureAsync(JobIntent intent)
    {
        try
        {
            var isUndone = true;
            await context.Domain.ReconnectingAsync(uri, async current =>
            {
                await EndJobAsync(current, intent).ConfigureAwait(false);
                isUndone = intent.Checkpoint is not { } made
                    || await new CheckpointRemover(current.Tracking, context.Journal)
                        .TryRemoveUnfinishedAsync(made, CancellationToken.None).ConfigureAwait(false);
            }).ConfigureAwait(false);
            if (!isUndone)
                return $"checkpoint '{intent.Checkpoint}' is removed by the next push or backup of the running domain";
            context.Journal.Append(new JournalRecord.JobEnded(IsCommitted: false));
            return null;
        }
        catch (Exception e) when (e is LibvirtException or BackupException or IOException)
        {
            return $"clean-up is left to the next push or backup ({e.Message})";
        }
    }

    private static async Task EndJobAsync(IBackupDomain current, JobIntent intent)
    {
        var first = await current.Jobs.GetSocketAsync(CancellationToken.None).ConfigureAwait(false);
        // Without a definition it is what a libvirtd has left that died: nobody else's, since the domain is locked.
        var isOurs = first is null
            ? await current.Jobs.FindAsync(CancellationToken.None).ConfigureAwait(false) == "backup"
            : Path.GetDirectoryName(first) == intent.JobDirectory
                || first == intent.Device;
        if (isOurs) await current.Jobs.EndAsync(CancellationToken.None).ConfigureAwait(false);
        JobDirectory.Remove(intent.JobDirectory);
    }
}
