using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Domain.Tests.Repositories;

/// <summary>A store that several repositories use one after the other: none of them disposes it.</summary>
internal sealed class SharedBlobStore(IBlobStore inner) : IBlobStore, ITemporaryFiles
{
    public string Location => inner.Location;

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        inner.PutIfAbsentAsync(key, content, cancellationToken);

    public ValueTask ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellationToken) =>
        inner.ReadAsync(key, offset, target, cancellationToken);

    public Task<byte[]> ReadAllAsync(string key, CancellationToken cancellationToken) =>
        inner.ReadAllAsync(key, cancellationToken);

    public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellationToken) =>
        inner.GetLengthAsync(key, cancellationToken);

    public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        inner.DeleteAsync(key, cancellationToken);

    public Task<IReadOnlyList<TemporaryFile>> ListTemporaryAsync(CancellationToken cancellationToken) =>
        inner is ITemporaryFiles files
            ? files.ListTemporaryAsync(cancellationToken)
            : Task.FromResult<IReadOnlyList<TemporaryFile>>([]);
}
