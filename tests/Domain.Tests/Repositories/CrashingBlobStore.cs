using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Domain.Tests.Repositories;

/// <summary>
/// Lets so many changes through and fails what comes after: all changes, as when the process is killed there, or only
/// writes, as when the disk is full.
/// </summary>
internal sealed class CrashingBlobStore(IBlobStore inner, int changes, bool deletesGoOn) : IBlobStore
{
    private int _changes;

    internal bool IsReached => _changes > changes;

    public string Location => inner.Location;

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Interlocked.Increment(ref _changes) <= changes
            ? inner.PutIfAbsentAsync(key, content, cancellationToken)
            : throw new IOException("no space left on device");

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        deletesGoOn || Interlocked.Increment(ref _changes) <= changes
            ? inner.DeleteAsync(key, cancellationToken)
            : throw new IOException("killed");

    public ValueTask ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellationToken) =>
        inner.ReadAsync(key, offset, target, cancellationToken);

    public Task<byte[]> ReadAllAsync(string key, CancellationToken cancellationToken) =>
        inner.ReadAllAsync(key, cancellationToken);

    public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellationToken) =>
        inner.GetLengthAsync(key, cancellationToken);

    public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);
}
