namespace LibvirtBackup.Cli.Progress;

/// <summary>
/// The speed over the last ten seconds or so: steady enough to read, quick enough to follow a change.
/// </summary>
internal sealed class TransferRate(TimeProvider time)
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(10);
    private readonly Queue<(long Time, long Bytes)> _samples = new();
    private (long Time, long Bytes) _last;

    /// <summary>Bytes per second, or null before there are two measurements.</summary>
    internal double? BytesPerSecond
    {
        get
        {
            if (!_samples.TryPeek(out var first) || first.Time == _last.Time)
                return null;
            return (_last.Bytes - first.Bytes) / time.GetElapsedTime(first.Time, _last.Time).TotalSeconds;
        }
    }

    /// <summary>Adds a measurement.</summary>
    /// <param name="doneBytes">Bytes done since the start.</param>
    internal void Add(long doneBytes)
    {
        _last = (time.GetTimestamp(), doneBytes);
        _samples.Enqueue(_last);
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().Time, _last.Time) > s_window)
            _samples.Dequeue();
    }
}
