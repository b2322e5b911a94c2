using System.Collections.Concurrent;

namespace LibvirtBackup.Repositories.Blobs;

/// <summary>Blobs in memory: the second implementation that the conformance suite runs on.</summary>
internal sealed class MemoryBlobStore : IBlobStore
{
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    public string Location => "memory";

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Task.FromResult(_blobs.TryAdd(key, content.ToArray()));

    public ValueTask ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        var blob = Get(key);
        if (offset + target.Length > blob.Length)
            throw new BlobMissingException(key, $"blob '{key}' ends at byte {blob.Length}");
        blob.AsMemory((int)offset, target.Length).CopyTo(target);
        return ValueTask.CompletedTask;
    }

    public Task<byte[]> ReadAllAsync(string key, CancellationToken cancellationToken) =>
        Task.FromResult((byte[])Get(key).Clone());

    public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellationToken) =>
        ValueTask.FromResult<long?>(_blobs.TryGetValue(key, out var blob) ? blob.Length : null);

    public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(
            [.. _blobs.Keys
                .Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)]);

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        _blobs.TryRemove(key, out _);
        return Task.CompletedTask;
    }

    private byte[] Get(string key) =>
        _blobs.TryGetValue(key, out var blob) ? blob : throw new BlobMissingException(key, $"no blob '{key}'");
}
