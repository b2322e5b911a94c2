using LibvirtBackup.Backups;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>
/// Holds a copy where it first tells how far it is, or that all is read, until it is released: what happens meanwhile
/// happens during the copy, however long it takes.
/// </summary>
/// <param name="whenAllIsRead">Where to hold it.</param>
/// <param name="next">Is told what this one was told, after the release; null for nobody.</param>
internal sealed class HeldCopy(bool whenAllIsRead = false, IProgress<BackupProgress>? next = null)
    : IProgress<BackupProgress>, IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object _gate = new();
    private bool _isReleased;

    internal Task Reached => _reached.Task;

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
        if (!whenAllIsRead || value.DoneBytes == value.TotalBytes) Hold();
        next?.Report(value);
    }

    private void Hold()
    {
        _reached.TrySetResult();
        lock (_gate)
            while (!_isReleased)
                Monitor.Wait(_gate);
    }
}
