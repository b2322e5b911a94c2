using LibvirtBackup.Backups;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>
/// Holds a copy where it first tells how far it is, until it is released: what happens meanwhile happens during the
/// copy, however long it takes.
/// </summary>
internal sealed class HeldCopy : IProgress<BackupProgress>, IDisposable
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object _gate = new();
    private bool _isReleased;

    internal Task Begun => _begun.Task;

    /// <summary>Lets the copy go on.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isReleased = true;
            Monitor.PulseAll(_gate);
        }
    }

    public void Report(BackupProgress value)
    {
        _begun.TrySetResult();
        lock (_gate)
            while (!_isReleased)
                Monitor.Wait(_gate);
    }
}
