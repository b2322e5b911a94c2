using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// Undoes what a run that could not clean up has left: its job, its scratch images, its checkpoint unless its point
/// exists. Every step may be repeated.
/// </summary>
internal sealed class CrashRecovery(TimeProvider time)
{
    /// <param name="domain">The domain.</param>
    /// <param name="intents">Its intent file.</param>
    /// <param name="repositoryId">The repository that is in use now.</param>
    /// <param name="points">Its points.</param>
    /// <param name="cancellationToken">Gives up; the next run begins again.</param>
    /// <returns>What was done, one line each.</returns>
    internal async Task<IReadOnlyList<string>> RecoverAsync(
        LibvirtDomain domain,
        IntentFile intents,
        string repositoryId,
        IReadOnlyList<PointSummary> points,
        CancellationToken cancellationToken)
    {
        if (intents.Read() is not { } intent) return [];
        var done = new List<string>();
        if (await IsOursAsync(domain, intent, cancellationToken).ConfigureAwait(false))
        {
            await PullJob.EndAsync(domain, time, cancellationToken).ConfigureAwait(false);
            done.Add("ended the backup job that an interrupted run had left");
        }

        JobDirectory.Remove(intent.JobDirectory);
        if (intent.StartedPaused) done.AddRange(await StopPausedAsync(domain, cancellationToken).ConfigureAwait(false));

        // In another repository the point may exist: leave its checkpoint to that one.
        var exists = intent.RepositoryId != repositoryId || points.Any(point => point.Id == intent.Point);
        if (!exists && intent.Checkpoint is { } checkpoint)
        {
            if (!await OurCheckpoint.TryDropAsync(domain, checkpoint, cancellationToken).ConfigureAwait(false))
                return [.. done, $"checkpoint '{checkpoint}' of an interrupted run is removed when the domain runs "
                    + "again"];
            done.Add($"removed checkpoint '{checkpoint}' of an interrupted run, whose restore point was never "
                + "completed");
        }

        intents.Clear();
        return done;
    }

    /// <summary>
    /// Removes checkpoints of this repository whose points were never completed, and whose intents are lost.
    /// </summary>
    /// <returns>What was done, one line each.</returns>
    internal static async Task<IReadOnlyList<string>> DropOrphansAsync(
        LibvirtDomain domain,
        string repositoryId,
        IReadOnlyList<string> checkpoints,
        IReadOnlyList<PointSummary> points,
        CancellationToken cancellationToken)
    {
        var done = new List<string>();
        var known = points.Select(point => point.Checkpoint).ToHashSet(StringComparer.Ordinal);
        foreach (var name in checkpoints)
        {
            var isOurs = CheckpointNaming.TryParse(name, out var parts) && parts.RepositoryId == repositoryId;
            if (!isOurs || known.Contains(name)) continue;
            await OurCheckpoint.TryDropAsync(domain, name, cancellationToken).ConfigureAwait(false);
            done.Add($"removed checkpoint '{name}', which belongs to no restore point of this repository");
        }

        return done;
    }

    /// <summary>
    /// True for the job of the intent. A libvirtd that died just when the job ended comes back with a backup job that
    /// has no definition and never ends (libvirt 9.0); it can only be that one, since the domain was locked.
    /// </summary>
    private static async Task<bool> IsOursAsync(
        LibvirtDomain domain, JobIntent intent, CancellationToken cancellationToken)
    {
        var socket = await PullJob.GetSocketAsync(domain, cancellationToken).ConfigureAwait(false);
        return socket is null
            ? await PullJob.FindJobAsync(domain, cancellationToken).ConfigureAwait(false) == "backup"
            : socket == JobDirectory.SocketOf(intent.JobDirectory);
    }

    /// <summary>
    /// Stops a domain that an interrupted run had started paused, unless somebody has resumed it since.
    /// </summary>
    private static async Task<string[]> StopPausedAsync(LibvirtDomain domain, CancellationToken cancellationToken)
    {
        var state = await domain.GetStateAsync(cancellationToken).ConfigureAwait(false);
        if (state.State != VirDomainState.Paused) return [];
        await domain.DestroyAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return ["stopped the domain, which an interrupted run had started paused"];
    }
}
