using System.Collections.Immutable;
using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Domain.Tests.Repositories.Faults;

/// <summary>
/// A store in memory that does what a directory does, in the same steps (written under a temporary name; renamed;
/// directory flushed), and keeps what it held after each: one run gives the outcome of a crash at every step. Steps of
/// puts that run at the same time mix.
/// </summary>
internal sealed class RecordingBlobStore : IBlobStore
{
    private readonly Lock _gate = new();
    private readonly List<CrashImage> _images = [];
    private readonly List<string> _durableSteps = [];
    private ImmutableSortedDictionary<string, byte[]> _visible;
    private ImmutableArray<StoreChange> _pending = [];

    internal RecordingBlobStore(ImmutableSortedDictionary<string, byte[]>? blobs = null) =>
        _visible = blobs ?? ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal);

    public string Location => "memory";

    /// <summary>What is there now.</summary>
    internal ImmutableSortedDictionary<string, byte[]> Blobs
    {
        get
        {
            lock (_gate) return _visible;
        }
    }

    internal IReadOnlyList<CrashImage> Images => _images;

    /// <summary>What was done durably, in order: <c>put packs</c>, <c>delete locks</c>.</summary>
    internal IReadOnlyList<string> DurableSteps => _durableSteps;

    public async Task<bool> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_visible.ContainsKey(key)) return false;
            Record($"put {key}: written");
        }

        await Task.Yield();
        var change = new StoreChange(key, Before: null);
        lock (_gate)
        {
            if (_visible.ContainsKey(key)) return false;
            _visible = _visible.Add(key, content.ToArray());
            _pending = _pending.Add(change);
            Record($"put {key}: renamed");
        }

        await Task.Yield();
        Flush(change, "put");
        return true;
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        StoreChange change;
        lock (_gate)
        {
            if (!_visible.TryGetValue(key, out var content)) return;
            change = new StoreChange(key, content);
            _visible = _visible.Remove(key);
            _pending = _pending.Add(change);
            Record($"delete {key}: removed");
        }

        await Task.Yield();
        Flush(change, "delete");
    }

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
        ValueTask.FromResult<long?>(Blobs.TryGetValue(key, out var blob) ? blob.Length : null);

    public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(
            [.. Blobs.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))]);

    private byte[] Get(string key) =>
        Blobs.TryGetValue(key, out var blob) ? blob : throw new BlobMissingException(key, $"no blob '{key}'");

    private void Flush(StoreChange change, string what)
    {
        lock (_gate)
        {
            _pending = _pending.Remove(change);
            _durableSteps.Add($"{what} {change.Key.Split('/')[0]}");
            Record($"{what} {change.Key}: durable");
        }
    }

    private void Record(string step) => _images.Add(new CrashImage(step, _visible, _pending));
}
