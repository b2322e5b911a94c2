namespace LibvirtBackup.Domain.Tests.Repositories.Locks;

/// <summary>The system's clock with a timer that goes off when a test wants it to.</summary>
internal sealed class TimerClock : TimeProvider
{
    private TimerCallback? _callback;

    internal void Ring() => _callback!(null); // a test rings after a timer was made

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _callback = callback;
        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
