namespace LibvirtBackup.Backups.Copying;

/// <summary>
/// Spreads bytes over time: each wait reserves its share, so callers together keep the rate. Thread-safe.
/// </summary>
/// <param name="bytesPerSecond">The rate, or null for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class RateLimiter(long? bytesPerSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _next;

    internal Task WaitAsync(long bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond is not { } rate) return Task.CompletedTask;
        TimeSpan delay;
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start);
            var begin = _next > now ? _next : now;
            _next = begin + TimeSpan.FromSeconds((double)bytes / rate);
            delay = begin - now;
        }

        return delay > TimeSpan.Zero ? Task.Delay(delay, time, cancellationToken) : Task.CompletedTask;
    }
}
