using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>A repository's store that cannot write what is below one folder.</summary>
internal sealed class FailingStore(IBlobStore inner, string folder) : IBlobStore, IDisposable
{
    public string Location => inner.Location;

    /// <summary>Whether it was asked to.</summary>
    internal bool HasFailed { get; private set; }

    public Task<bool> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (!key.StartsWith(folder, StringComparison.Ordinal))
            return inner.PutIfAbsentAsync(key, content, cancellationToken);
        HasFailed = true;
        throw new IOException($"No space left on device: '{key}'");
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

    public void Dispose() => (inner as IDisposable)?.Dispose();
}
