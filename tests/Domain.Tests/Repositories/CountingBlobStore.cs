using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Domain.Tests.Repositories;

/// <summary>Counts what is read from one folder.</summary>
internal sealed class CountingBlobStore(IBlobStore inner) : IBlobStore
{
    internal int Reads { get; set; }

    internal string Folder { get; init; } = "packs/";

    public string Location => inner.Location;

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        inner.PutIfAbsentAsync(key, content, cancellationToken);

    public ValueTask ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        if (key.StartsWith(Folder, StringComparison.Ordinal)) Reads++;
        return inner.ReadAsync(key, offset, target, cancellationToken);
    }

    public Task<byte[]> ReadAllAsync(string key, CancellationToken cancellationToken)
    {
        if (key.StartsWith(Folder, StringComparison.Ordinal)) Reads++;
        return inner.ReadAllAsync(key, cancellationToken);
    }

    public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellationToken) =>
        inner.GetLengthAsync(key, cancellationToken);

    public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        inner.DeleteAsync(key, cancellationToken);
}
