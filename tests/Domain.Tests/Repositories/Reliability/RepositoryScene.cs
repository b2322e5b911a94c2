using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Locks;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>
/// Backups of simulated disks into a repository, in the order of a real backup, and what each point must restore to.
/// </summary>
internal sealed class RepositoryScene(bool isEncrypted)
{
    internal const int Chunk = 64 * 1024;

    private static readonly RepositorySecret s_key = new RepositorySecret.KeyFile(new byte[32]);

    private readonly ConcurrentDictionary<string, string> _truth = new(StringComparer.Ordinal);
    private int _sequence;

    private RepositorySecret? Secret => isEncrypted ? s_key : null;

    /// <summary>The points that were begun, whether or not they came to exist.</summary>
    internal IReadOnlyCollection<string> Begun => [.. _truth.Keys];

    internal Task<Repository> CreateAsync(IBlobStore store, CancellationToken cancellationToken) =>
        Repository.CreateAsync(
            store,
            new RepositoryOptions { ChunkSizeBytes = Chunk, Secret = Secret },
            TimeProvider.System,
            cancellationToken);

    internal Task<Repository> OpenAsync(IBlobStore store, CancellationToken cancellationToken) =>
        Repository.OpenAsync(store, Secret, TimeProvider.System, cancellationToken);

    /// <summary>The repository's keys; null when it is not encrypted.</summary>
    internal async Task<RepositoryKeys?> OpenKeysAsync(Repository repository, CancellationToken cancellationToken) =>
        Secret is null
            ? null
            : await new KeySlots(repository.Store, repository.Id, TimeProvider.System).OpenAsync(
                Secret, cancellationToken);

    /// <summary>Takes a point of the disk as it is now.</summary>
    /// <param name="repository">Where to.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="parent">The point that unchanged chunks come from, or null to read everything.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="isLasting">False for a point that the next one is not built on.</param>
    internal async Task<RestorePoint> BackUpAsync(
        Repository repository, SimulatedDisk disk, RestorePoint? parent, CancellationToken cancellationToken,
        bool isLasting = true)
    {
        await using var writer = await repository.BeginWriteAsync("test", cancellationToken);
        // From here on nothing that a point needs is deleted; what is no point by now is no base.
        if (parent is not null && await repository.Points.TryReadAsync(parent.Id, cancellationToken) is null)
            parent = null;
        var level = parent is null ? BackupLevel.Full : BackupLevel.Incremental;
        var point = TestPoints.Make(Guid.Empty, Interlocked.Increment(ref _sequence), level, checkpoint: null);
        Assert.True(_truth.TryAdd(point.Id, HashOf(disk.Bytes)));
        var map = parent is null ? null : repository.OpenMap(parent.Disks[0]);
        var limiter = new RateLimiter(null, TimeProvider.System);
        var copier = new DiskCopier(disk, map, repository.ChunkSizeBytes, writer, limiter, (_, _) => { });
        var result = await copier.CopyAsync(cancellationToken);
        await writer.FinishAsync(cancellationToken);
        point = point with
        {
            Parent = parent?.Id,
            Disks = [TestPoints.Disk("vda", result.SizeBytes, result.Root.ToString())],
        };
        await repository.CommitAsync(point, cancellationToken);
        if (isLasting) disk.ClearBitmap();
        return point;
    }

    /// <summary>The bytes that a restore would write.</summary>
    internal static async Task<byte[]> RestoreAsync(
        Repository repository, string point, CancellationToken cancellationToken)
    {
        var map = repository.OpenMap((await repository.GetPointAsync(point, cancellationToken)).Disks[0]);
        return await map.ReadAllAsync(repository.Reader, cancellationToken);
    }

    /// <summary>Fails unless every point that the store lists restores to what its disk was.</summary>
    /// <param name="store">The repository.</param>
    /// <param name="when">For the message.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="oneOf">Only each so many-th point is restored, the newest one among them.</param>
    /// <returns>The points.</returns>
    internal async Task<IReadOnlyList<string>> AssertAllRestoreAsync(
        IBlobStore store, string when, CancellationToken cancellationToken, int oneOf = 1)
    {
        using var repository = await OpenAsync(store, cancellationToken);
        var (points, damaged) = await repository.ListPointsAsync(cancellationToken);
        if (damaged is [var first, ..]) throw new BackupException(FailureKind.Integrity, first);
        foreach (var point in points.Reverse().Where((_, i) => i % oneOf == 0))
        {
            var restored = await RestoreAsync(repository, point.Id, cancellationToken);
            AssertRight(point.Id, restored, when);
        }

        return [.. points.Select(point => point.Id)];
    }

    /// <summary>Fails unless these are the bytes that the point's disk had.</summary>
    internal void AssertRight(string point, byte[] restored, string when) =>
        Assert.True(_truth[point] == HashOf(restored), $"point {point} differs, {when}");

    /// <summary>A store with these blobs, whose sessions belong to processes that are dead.</summary>
    internal async Task<MemoryBlobStore> AfterCrashAsync(
        ImmutableSortedDictionary<string, byte[]> blobs, CancellationToken cancellationToken)
    {
        var store = await CrashImage.OpenAsync(blobs);
        await BuryAsync(store, cancellationToken);
        return store;
    }

    /// <summary>Makes the sessions that the repository has belong to processes that are dead.</summary>
    internal async Task BuryAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        using var repository = await OpenAsync(store, cancellationToken);
        var type = RepositoryJson.Default.LockDocument;
        foreach (var key in await store.ListAsync(RepositoryLocks.Folder, cancellationToken))
        {
            var held = await repository.Documents.ReadAsync(key, type, cancellationToken);
            var dead = held with { Process = held.Process with { StartTime = 1 } };
            await store.DeleteAsync(key, cancellationToken);
            await repository.Documents.WriteAsync(key, dead, type, cancellationToken);
        }
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    /// <summary>A disk whose clusters are random bytes, text or nothing.</summary>
    internal static SimulatedDisk MakeDisk(int clusters, int seed)
    {
        var disk = new SimulatedDisk((clusters * Chunk) - 512, Chunk);
        var random = new Random(seed);
        for (var i = 0; i < clusters; i++) WriteCluster(disk, i, random);
        return disk;
    }

    /// <summary>Overwrites a cluster with something else than what it held, or gives it back.</summary>
    internal static void WriteCluster(SimulatedDisk disk, int cluster, Random random)
    {
        var bytes = new byte[(int)Math.Min(Chunk, disk.SizeBytes - ((long)cluster * Chunk))];
        switch (random.Next(4))
        {
            case 0:
                disk.Discard(cluster, 1);
                return;
            case 1:
                random.NextBytes(bytes);
                break;
            default:
                for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)("abcdefgh"[random.Next(8)] + (i % 7));
                break;
        }

        disk.Write(cluster * Chunk, bytes);
    }
}
