using LibvirtBackup.Backups;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Repositories.Maintenance.Sources;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Makes the best of a damaged repository: indexes from packs, blobs out of damaged packs, other copies for bad ones,
/// and from the live disks what they still have. It works on what verify has noted, and on what cannot be found.
/// </summary>
/// <param name="options">How backups are run on this host: where a job's files go.</param>
/// <param name="time">The clock.</param>
internal sealed class RepositoryRepairer(BackupEngineOptions options, TimeProvider time)
{
    /// <summary>Repairs what can be repaired from what is stored.</summary>
    /// <param name="repository">The repository; nothing else works through this object meanwhile.</param>
    /// <param name="cancellationToken">Stops; what was done stays done.</param>
    /// <exception cref="BackupException">Busy: another process does maintenance.</exception>
    public static Task<RepairReport> RepairAsync(Repository repository, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return RunAsync(repository, held => new RepairRun(repository, held, heal: null), cancellationToken);
    }

    /// <summary>As the other one; and reads from the live disks of a domain, and from the files beside them, what its
    /// points have lost. What the guest has changed since stays lost, and with it the nodes above it.</summary>
    /// <param name="repository">The repository; nothing else works through this object meanwhile.</param>
    /// <param name="connection">The host.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">Stops; what was done stays done.</param>
    /// <exception cref="BackupException">Busy: another process does maintenance. Or the disks cannot be read.
    /// </exception>
    public async Task<RepairReport> RepairAsync(
        Repository repository, LibvirtConnection connection, string domain, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(connection);
        using var found = await DomainFinder.FindAsync(connection, domain, cancellationToken).ConfigureAwait(false);
        var uuid = found.Uuid;
        return await RunAsync(repository, held => new RepairRun(repository, held, HealAsync), cancellationToken)
            .ConfigureAwait(false);

        Task<int> HealAsync(
            IReadOnlyCollection<ChunkId> lost,
            IReadOnlyList<(RestorePoint Point, PointTree Tree, LostPlace Place)> places,
            CancellationToken token) =>
            this.HealAsync(
                repository, connection, domain, lost, [.. places.Where(place => place.Point.DomainUuid == uuid)],
                token);
    }

    private async Task<int> HealAsync(
        Repository repository,
        LibvirtConnection connection,
        string domain,
        IReadOnlyCollection<ChunkId> lost,
        IReadOnlyList<(RestorePoint Point, PointTree Tree, LostPlace Place)> places,
        CancellationToken cancellationToken)
    {
        if (places.Count == 0) return 0;
        var writer = await repository.BeginWriteAsync("repair", cancellationToken).ConfigureAwait(false);
        await using var closing = writer.ConfigureAwait(false);
        var healer = new SourceHealer(repository, writer, lost);
        await HealFilesAsync(healer, places, cancellationToken).ConfigureAwait(false);
        var disks = places.Select(place => place.Tree.Disk).OfType<string>().Distinct().ToList();
        if (disks.Count > 0)
            await new LiveDisks(options, time)
                .ReadAsync(
                    connection, repository, domain, disks, since: null,
                    (plan, source, token) => healer.HealAsync(
                        source, PlacesOf(places, tree => tree.Disk == plan.Disk.Name), token),
                    conclude: null,
                    cancellationToken)
                .ConfigureAwait(false);
        await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        return healer.Healed;
    }

    /// <summary>Firmware and kernels are mostly what they were; what is not is read in vain.</summary>
    internal static async Task HealFilesAsync(
        SourceHealer healer,
        IReadOnlyList<(RestorePoint Point, PointTree Tree, LostPlace Place)> places,
        CancellationToken cancellationToken)
    {
        foreach (var path in places.Select(place => place.Tree.File).OfType<string>().Distinct())
        {
            using var source = FileSource.TryOpen(path);
            if (source is not null)
                await healer.HealAsync(source, PlacesOf(places, tree => tree.File == path), cancellationToken)
                    .ConfigureAwait(false);
        }
    }

    private static IEnumerable<LostPlace> PlacesOf(
        IReadOnlyList<(RestorePoint Point, PointTree Tree, LostPlace Place)> places, Func<PointTree, bool> isWanted) =>
        places.Where(place => isWanted(place.Tree)).Select(place => place.Place)
            .DistinctBy(place => (place.Id, place.OffsetBytes));

    private static async Task<RepairReport> RunAsync(
        Repository repository, Func<RepositoryLock, RepairRun> run, CancellationToken cancellationToken)
    {
        // Nobody can take a lock beside one that cannot be read.
        await BookkeepingRepair.RemoveLocksAsync(repository.Store, cancellationToken).ConfigureAwait(false);
        var held = await MaintenanceLock.TakeAsync(repository, "repair", cancellationToken).ConfigureAwait(false);
        await using var closing = held.ConfigureAwait(false);
        return await run(held).ExecuteAsync(cancellationToken).ConfigureAwait(false);
    }
}
