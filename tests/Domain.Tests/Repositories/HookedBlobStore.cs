using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Domain.Tests.Repositories;

/// <summary>Calls something just before a file is put.</summary>
internal sealed class HookedBlobStore(IBlobStore inner, Func<string, Task> beforePut) : IBlobStore
{
    public string Location => inner.Location;

    public async Task<bool> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await beforePut(key);
        return await inner.PutIfAbsentAsync(key, content, cancellationToken);
    }

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
}
