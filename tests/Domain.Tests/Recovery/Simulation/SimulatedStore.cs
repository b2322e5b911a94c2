using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>A repository's files, of which older copies may come back.</summary>
internal sealed class SimulatedStore : IBlobStore
{
    private Dictionary<string, byte[]> _blobs;

    internal SimulatedStore() =>
        // Made ready, for it is of no use here and large.
        _blobs = new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["reserve"] = [0] };

    private SimulatedStore(Dictionary<string, byte[]> blobs) => _blobs = new(blobs, StringComparer.Ordinal);

    internal Fate? Fate { get; set; }

    public string Location => "memory";

    internal SimulatedStore Copy() => new(_blobs);

    /// <summary>Brings an older copy back.</summary>
    internal void RollBackTo(SimulatedStore older) => _blobs = new(older._blobs, StringComparer.Ordinal);

    /// <summary>Drops locks of a process that is dead; the real ones tell that by its id.</summary>
    internal void DropLocks()
    {
        foreach (var key in _blobs.Keys.Where(key => key.StartsWith("locks/", StringComparison.Ordinal)).ToList())
            _blobs.Remove(key);
    }

    public Task<bool> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        CallAsync($"storing {key.Split('/')[0]}", () => _blobs.TryAdd(key, content.ToArray()));

    public ValueTask ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        Get(key).AsMemory((int)offset, target.Length).CopyTo(target);
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

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        CallAsync($"deleting {key.Split('/')[0]}", () => _blobs.Remove(key));

    private Task<bool> CallAsync(string name, Func<bool> call) =>
        Fate is null
            ? Task.FromResult(call())
            : Fate.CallAsync(name, () => new IOException("simulated failure"), () => Task.FromResult(call()));

    private byte[] Get(string key) =>
        _blobs.TryGetValue(key, out var blob) ? blob : throw new BlobMissingException(key, $"no blob '{key}'");
}
