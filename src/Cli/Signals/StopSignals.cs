using System.Runtime.InteropServices;

namespace LibvirtBackup.Cli.Signals;

/// <summary>
/// Turns the first SIGINT, SIGTERM or SIGHUP into cancellation. Later ones change nothing: clean-up always runs to its
/// end, so that no job, socket or scratch file stays behind.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Action<SignalName, bool> _onSignal;
    private int _received = -1;

    /// <summary>Starts to listen.</summary>
    /// <param name="onSignal">Told of each signal, and whether it is the first; runs on any thread.</param>
    internal StopSignals(Action<SignalName, bool> onSignal)
    {
        _onSignal = onSignal;
        Register(PosixSignal.SIGINT, SignalName.SIGINT);
        Register(PosixSignal.SIGTERM, SignalName.SIGTERM);
        Register(PosixSignal.SIGHUP, SignalName.SIGHUP);
    }

    /// <summary>Cancelled by the first signal.</summary>
    internal CancellationToken Token => _stop.Token;

    /// <summary>The first signal, or null when none came.</summary>
    internal SignalName? Received => Volatile.Read(ref _received) is var name and >= 0 ? (SignalName)name : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void Register(PosixSignal signal, SignalName name) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            var first = Interlocked.CompareExchange(ref _received, (int)name, -1) < 0;
            _onSignal(name, first);
            if (first)
                _stop.Cancel();
        }));
}
