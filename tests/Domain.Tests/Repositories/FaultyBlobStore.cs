using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Domain.Tests.Repositories;

/// <summary>
/// Passes the first operations on and fails all writes from the n-th on, as a full or dead disk does.
/// </summary>
internal sealed class FaultyBlobStore(IBlobStore inner, int writesBeforeFault) : IBlobStore
{
    private int _writes;

    internal bool FaultReached { get; private set; }

    public string Location => inner.Location;

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _writes) <= writesBeforeFault)
            return inner.PutIfAbsentAsync(key, content, cancellationToken);
        FaultReached = true;
        throw new IOException("no space left on device");
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
