using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// Undoes what a run that could not clean up has left: its job, its scratch images, and of its checkpoint what the
/// reconciler would not find, unless its point exists. Every step may be repeated.
/// </summary>
internal sealed class CrashRecovery(IBackupDomain domain, Journal journal, StateDirectory state)
{
    /// <summary>
    /// Whether a checkpoint is removed from the images of a domain that is shut off; a backup never writes to those.
    /// </summary>
    internal bool MayWriteImages { get; init; }

    /// <param name="repositoryId">The repository that is in use now, or null.</param>
    /// <param name="points">Its points.</param>
    /// <param name="cancellationToken">Gives up; the next run begins again.</param>
    /// <returns>What was done, one line each.</returns>
    internal async Task<IReadOnlyList<string>> RecoverAsync(
        string? repositoryId, IReadOnlyList<PointSummary> points, CancellationToken cancellationToken)
    {
        var intent = journal.View.OpenJob;
        var done = new List<string>();
        if (await FindJobAsync(cancellationToken).ConfigureAwait(false) is { } directory)
        {
            await domain.Jobs.EndAsync(cancellationToken).ConfigureAwait(false);
            if (intent is null) JobDirectory.Remove(directory);
            done.Add("ended the backup job that an interrupted run had left");
        }

        if (intent is null) return done;
        var uri = await domain.GetUriAsync(cancellationToken).ConfigureAwait(false);
        await JobPlaces.ClearAsync(intent, uri, cancellationToken).ConfigureAwait(false);
        if (intent.Host is not null)
            JobDirectory.Remove(JobDirectory.TunnelOf(state.TunnelsDirectory, intent.JobDirectory));
        if (intent.StartedPaused && await domain.Jobs.TryStopPausedAsync(cancellationToken).ConfigureAwait(false))
            done.Add("stopped the domain, which an interrupted run had started paused");

        // In another repository the point may exist: leave its checkpoint to that one.
        var exists = intent.RepositoryId != repositoryId || points.Any(point => point.Id == intent.Point);
        if (!exists && intent.Checkpoint is { } checkpoint
            && !await IsWitnessAsync(checkpoint, cancellationToken).ConfigureAwait(false))
        {
            var remover = new CheckpointRemover(domain.Tracking, journal) { MayWriteImages = MayWriteImages };
            if (!await remover.TryRemoveUnfinishedAsync(checkpoint, cancellationToken).ConfigureAwait(false))
                return [.. done, $"checkpoint '{checkpoint}' of an interrupted run is removed when the domain runs "
                    + "again"];
            done.Add($"removed checkpoint '{checkpoint}' of an interrupted run, whose restore point was never "
                + "completed");
        }

        journal.Append(new JournalRecord.JobEnded(exists));
        return done;
    }

    /// <summary>
    /// Whether the reconciler looks at the checkpoint next, and removes it as one that no point belongs to: it tells
    /// what older ones must hold, so it is not removed before.
    /// </summary>
    private async Task<bool> IsWitnessAsync(string checkpoint, CancellationToken cancellationToken) =>
        await domain.Tracking.IsRunningAsync(cancellationToken).ConfigureAwait(false)
        && (await domain.Tracking.ListCheckpointsAsync(cancellationToken).ConfigureAwait(false)).Contains(checkpoint);

    /// <summary>
    /// The directory of a running job that is ours: that of the intent, or, when the journal was lost, one in our jobs
    /// directory. A libvirtd that died while it began the job comes back with one that has no definition (libvirt 9.0
    /// to 12.8); with an intent it can only be that one, since the domain was locked.
    /// </summary>
    internal async Task<string?> FindJobAsync(CancellationToken cancellationToken)
    {
        var intent = journal.View.OpenJob;
        var socket = await domain.Jobs.GetSocketAsync(cancellationToken).ConfigureAwait(false);
        if (socket is null)
            return intent is not null
                && await domain.Jobs.FindAsync(cancellationToken).ConfigureAwait(false) == "backup"
                    ? intent.JobDirectory
                    : null;
        if (socket.Length > 0 && intent?.Device == socket) return intent.JobDirectory;
        if (Path.GetDirectoryName(socket) is not { Length: > 0 } directory) return null;
        if (directory == intent?.JobDirectory) return directory;
        // Of another host the directory of the same name is that of lvbackup there.
        var uri = await domain.GetUriAsync(cancellationToken).ConfigureAwait(false);
        return Path.GetDirectoryName(directory) == state.JobsDirectory && RemoteHost.Of(uri) is null
            ? directory
            : null;
    }
}
