using System.Globalization;
using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Repositories.Maps;
using LibvirtBackup.Repositories.Packs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>
/// A repository whose points are known byte by byte. Each backup is a process of its own as far as the repository can
/// see: it opens it anew.
/// </summary>
internal sealed class Scene(IBlobStore store, RepositorySecret? secret = null)
{
    internal const int Chunk = RepositoryOptions.MinimumChunkSizeBytes;

    private int _sequence;

    internal IBlobStore Store => store;

    /// <summary>The points that must be restorable, with their bytes.</summary>
    internal Dictionary<string, byte[]> Points { get; } = new(StringComparer.Ordinal);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<Scene> CreateAsync(IBlobStore store, RepositorySecret? secret = null)
    {
        var options = new RepositoryOptions { Secret = secret };
        (await Repository.CreateAsync(store, options, TimeProvider.System, Token)).Dispose();
        return new Scene(store, secret);
    }

    /// <summary>The same repository as others see it through another store.</summary>
    internal Scene Through(IBlobStore other)
    {
        var scene = new Scene(other, secret) { _sequence = _sequence + 100 };
        foreach (var (id, bytes) in Points) scene.Points.Add(id, bytes);
        return scene;
    }

    // The scene's store goes on to be used.
    internal Task<Repository> OpenAsync() =>
        Repository.OpenAsync(new SharedBlobStore(store), secret, TimeProvider.System, Token);

    internal async Task<string> BackupAsync(byte[] bytes)
    {
        await using var backup = await BeginAsync(bytes);
        return await backup.CommitAsync();
    }

    /// <summary>A backup whose blobs are being stored, and that has no point yet.</summary>
    internal async Task<OpenBackup> BeginAsync(byte[] bytes)
    {
        var repository = await OpenAsync();
        var writer = await repository.BeginWriteAsync("test", Token);
        return new OpenBackup(this, repository, writer, bytes, NextPoint());
    }

    internal async Task ForgetAsync(string point)
    {
        using var repository = await OpenAsync();
        await repository.ForgetAsync(point, Token);
        Points.Remove(point);
    }

    internal async Task<GcReport> CollectAsync()
    {
        using var repository = await OpenAsync();
        return await new GarbageCollector(TimeProvider.System).CollectAsync(repository, Token);
    }

    internal async Task<VerifyReport> VerifyAsync(VerifyRequest request)
    {
        using var repository = await OpenAsync();
        return await RepositoryVerifier.VerifyAsync(repository, request, progress: null, Token);
    }

    /// <summary>Turns over a bit of every copy of a blob, or of the one in a pack.</summary>
    internal async Task DamageAsync(ReadOnlyMemory<byte> plain, string? onlyPack = null)
    {
        using var repository = await OpenAsync();
        foreach (var copy in await repository.Index.FindAllAsync(repository.NameOf(plain.Span), Token))
        {
            var pack = PackFormat.KeyOf(copy.Pack);
            if (onlyPack is not null && pack != onlyPack) continue;
            await ReplaceAsync(pack, content =>
            {
                content[copy.Offset + (copy.StoredLength / 2)] ^= 0x10;
                return content;
            });
        }
    }

    /// <summary>Replaces a file by another content, or by nothing.</summary>
    internal async Task ReplaceAsync(string key, Func<byte[], byte[]?> change)
    {
        var changed = change(await store.ReadAllAsync(key, Token));
        await store.DeleteAsync(key, Token);
        if (changed is not null) await store.PutIfAbsentAsync(key, changed, Token);
    }

    /// <summary>Every point is there and reads back as it was, and no other is there.</summary>
    internal async Task HoldsAsync()
    {
        using var repository = await OpenAsync();
        var (points, damaged) = await repository.ListPointsAsync(Token);
        Assert.Empty(damaged);
        Assert.Equal(Points.Keys.Order(StringComparer.Ordinal), points.Select(p => p.Id));
        foreach (var (id, expected) in Points)
        {
            var point = await repository.GetPointAsync(id, Token);
            var bytes = await ReadAsync(repository, point.Disks[0]);
            Assert.True(expected.AsSpan().SequenceEqual(bytes), id);
        }
    }

    /// <summary>Bytes of all packs.</summary>
    internal async Task<long> SizeAsync()
    {
        long total = 0;
        foreach (var key in await store.ListAsync("packs/", Token))
            total += await store.GetLengthAsync(key, Token) ?? 0;
        return total;
    }

    internal static byte[] Random(int seed, int chunks)
    {
        var bytes = new byte[chunks * Chunk];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    internal static Task<byte[]> ReadAsync(Repository repository, RestorePointDisk disk) =>
        repository.OpenMap(disk).ReadAllAsync(repository.Reader, Token);

    internal static async Task<MapEntry> CopyAsync(Repository repository, BlobWriter writer, byte[] bytes)
    {
        var disk = new SimulatedDisk(bytes.Length, Chunk);
        disk.Write(0, bytes);
        var limiter = new RateLimiter(null, TimeProvider.System);
        var copier = new DiskCopier(disk, null, repository.ChunkSizeBytes, writer, limiter, (_, _) => { });
        return (await copier.CopyAsync(Token)).Root;
    }

    internal static RestorePoint MakePoint(string id, int sequence, byte[] bytes, MapEntry root) =>
        TestPoints.Make(Guid.Empty, 1, BackupLevel.Full, null) with
        {
            Id = id,
            Sequence = sequence,
            Disks = [TestPoints.Disk("vda", bytes.Length, root.ToString())],
        };

    private (string Id, int Sequence) NextPoint()
    {
        var sequence = ++_sequence;
        return (string.Create(CultureInfo.InvariantCulture, $"20260101T{sequence:000000}Z-000000"), sequence);
    }
}
