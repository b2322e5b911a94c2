namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A queued call. Whoever completes the task first, the call or the cancellation, wins.</summary>
internal sealed class ScheduledCall<T>(Func<T> call, Action<T> discard) : ScheduledWork
{
    // Continuations must not run on a libvirt thread: they would hold up the calls behind them.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _completion.Task;

    public void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);

    public override void Execute()
    {
        if (_completion.Task.IsCompleted)
            return;

        T result;
        try
        {
            result = call();
        }
#pragma warning disable CA1031 // The exception is not swallowed: it belongs to whoever awaits the task.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _completion.TrySetException(exception);
            return;
        }

        if (!_completion.TrySetResult(result))
            discard(result);
    }
}
