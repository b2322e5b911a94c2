using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// libvirt's event loop: one named background thread for the whole process. Events, keepalive, the close event and the
/// embedded driver depend on it. Opening a connection starts it; most programs never touch it.
/// </summary>
/// <remarks>
/// libvirt has one event loop per process and it must be registered before the first connection is opened, so there is
/// one instance only. libvirt's default loop can not be interrupted; a timer that we own wakes it.
/// </remarks>
public sealed unsafe class LibvirtEventLoop
{
    private const string ThreadName = "libvirt events";

    private readonly Lock _gate = new();
    private bool _registered;
    private int _timer;
    private volatile bool _stopping;
    private Thread? _thread;
    private TaskCompletionSource _ended = new();

    private LibvirtEventLoop() => _ended.SetResult();

    /// <summary>libvirt's loop failed: no event and no keepalive arrives any more.</summary>
    internal event EventHandler<ErrorEventArgs>? Failed;

    /// <summary>The process's event loop.</summary>
    public static LibvirtEventLoop Shared { get; } = new();

    /// <summary>Whether the thread runs.</summary>
    public bool IsRunning
    {
        get { lock (_gate) return _thread is not null; }
    }

    /// <summary>
    /// Completes when the thread has ended; faulted with a <see cref="LibvirtException"/> when libvirt's loop failed,
    /// after which no event arrives until <see cref="Start"/> is called again.
    /// </summary>
    public Task Completion
    {
        get { lock (_gate) return _ended.Task; }
    }

    /// <summary>Starts the loop unless it runs (<c>virEventRegisterDefaultImpl</c>, since 0.9.0).</summary>
    /// <exception cref="LibvirtException">libvirt refused to register its loop.</exception>
    public void Start()
    {
        LibvirtLibrary.EnsureReady();
        lock (_gate)
        {
            if (_thread is not null)
                return;
            Register();
            _stopping = false;
            _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _thread = new Thread(Run) { IsBackground = true, Name = ThreadName };
            _thread.UnsafeStart();
        }
    }

    /// <summary>
    /// Stops the loop and waits until its thread has ended. Open connections then get no events and no keepalive, so
    /// close them first; <see cref="Start"/> resumes. Stopping a stopped loop does nothing.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting; the loop stops all the same.</param>
    /// <returns>A task that ends when the thread has ended, faulted if the loop had failed.</returns>
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_thread is not null)
            {
                _stopping = true;

                // Due at once: the poll returns, or the next one does if the thread is not in it yet.
                LibvirtNative.virEventUpdateTimeout(_timer, 0);
            }

            return _ended.Task.WaitAsync(cancellationToken);
        }
    }

    private void Register()
    {
        if (_registered)
            return;
        if (LibvirtNative.virEventRegisterDefaultImpl() < 0)
            throw LibvirtException.Last(nameof(LibvirtNative.virEventRegisterDefaultImpl));

        _timer = LibvirtNative.virEventAddTimeout(-1, &Disarm, null, null);
        if (_timer < 0)
            throw LibvirtException.Last(nameof(LibvirtNative.virEventAddTimeout));
        _registered = true;
    }

    private void Run()
    {
        LibvirtException? failure = null;
        while (!_stopping && failure is null)
        {
            if (LibvirtNative.virEventRunDefaultImpl() < 0)
                failure = LibvirtException.Last(nameof(LibvirtNative.virEventRunDefaultImpl));
        }

        lock (_gate)
        {
            _thread = null;
            if (failure is null)
                _ended.SetResult();
            else
                _ended.SetException(failure);
        }

        if (failure is not null)
            ReportFailure(failure);
    }

    /// <summary>Tells the connections; the tests do so too, since poll(2) does not fail on request.</summary>
    internal void ReportFailure(LibvirtException failure) =>
        Failed?.Invoke(this, new ErrorEventArgs(failure));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Disarm(int timer, void* opaque) => LibvirtNative.virEventUpdateTimeout(timer, -1);
}
