namespace LibvirtBackup.Exports.Points;

/// <summary>
/// Values that were asked for lately. Whoever asks for one that is being made waits for it; one that could not be made
/// is forgotten. Thread-safe.
/// </summary>
internal sealed class RecentlyUsed<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, Task<TValue> Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, Task<TValue> Value)> _order = new(); // the latest first
    private readonly Lock _gate = new();

    /// <summary>Gets a value, or makes it.</summary>
    internal Task<TValue> GetAsync(TKey key, Func<Task<TValue>> make)
    {
        TaskCompletionSource<TValue> source;
        lock (_gate)
        {
            if (_nodes.TryGetValue(key, out var known))
            {
                _order.Remove(known);
                _order.AddFirst(known);
                return known.Value.Value;
            }

            source = new TaskCompletionSource<TValue>(TaskCreationOptions.RunContinuationsAsynchronously);
            _nodes[key] = _order.AddFirst((key, source.Task));
            if (_nodes.Count > capacity) RemoveOldest();
        }

        return MakeAsync(key, make, source);
    }

    private async Task<TValue> MakeAsync(TKey key, Func<Task<TValue>> make, TaskCompletionSource<TValue> source)
    {
        try
        {
            source.SetResult(await make().ConfigureAwait(false));
        }
        catch (Exception e)
        {
            lock (_gate)
                if (_nodes.TryGetValue(key, out var node) && node.Value.Value == source.Task)
                {
                    _nodes.Remove(key);
                    _order.Remove(node);
                }

            source.SetException(e);
        }

        return await source.Task.ConfigureAwait(false);
    }

    private void RemoveOldest()
    {
        var last = _order.Last!; // there are more than none
        _order.Remove(last);
        _nodes.Remove(last.Value.Key);
    }
}
