using System.Collections.Concurrent;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>A clock that stands still but for a test, and rings all of its timers whenever it goes on.</summary>
internal sealed class RungClock : TimeProvider
{
    private readonly ConcurrentDictionary<Timer, bool> _timers = new();
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many there are.</summary>
    internal int Timers => _timers.Count;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <summary>Goes on.</summary>
    internal void Advance(TimeSpan time)
    {
        Interlocked.Add(ref _now, time.Ticks);
        foreach (var timer in _timers.Keys) timer.Ring();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state, isPeriodic: period > TimeSpan.Zero);
        _timers.TryAdd(timer, true);
        return timer;
    }

    private sealed class Timer(RungClock clock, TimerCallback callback, object? state, bool isPeriodic) : ITimer
    {
        /// <summary>Those that go off once are for handshakes, which are to take no time here.</summary>
        internal void Ring()
        {
            if (isPeriodic) callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => clock._timers.TryRemove(this, out _);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
