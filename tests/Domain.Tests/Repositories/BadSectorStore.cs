using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Domain.Tests.Repositories;

/// <summary>A store that cannot read one byte of one blob.</summary>
internal sealed class BadSectorStore(IBlobStore inner, string badKey, long badByte) : IBlobStore
{
    public string Location => inner.Location;

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        inner.PutIfAbsentAsync(key, content, cancellationToken);

    public ValueTask ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellationToken) =>
        key == badKey && offset <= badByte && badByte < offset + target.Length
            ? throw new BlobUnreadableException($"'{key}' has a bad sector", new IOException())
            : inner.ReadAsync(key, offset, target, cancellationToken);

    public Task<byte[]> ReadAllAsync(string key, CancellationToken cancellationToken) =>
        key == badKey
            ? throw new BlobUnreadableException($"'{key}' has a bad sector", new IOException())
            : inner.ReadAllAsync(key, cancellationToken);

    public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellationToken) =>
        inner.GetLengthAsync(key, cancellationToken);

    public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        inner.DeleteAsync(key, cancellationToken);
}
