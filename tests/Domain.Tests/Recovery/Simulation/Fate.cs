using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>
/// Counts the steps of a run and lets things befall it at some of them. Each call of libvirt, and each that writes to
/// the repository, is two steps: before it, and when it is done.
/// </summary>
/// <param name="planned">What befalls it, and at which step.</param>
internal sealed class Fate(IReadOnlyList<(int Step, Befalling What)> planned) : IDisposable
{
    private readonly CancellationTokenSource _cancelling = new();

    internal CancellationToken Token => _cancelling.Token;

    /// <summary>Steps so far.</summary>
    internal int Steps { get; private set; }

    /// <summary>False once the process was killed: nothing that it still calls does anything.</summary>
    internal bool IsAlive { get; private set; } = true;

    /// <summary>Broken connections; each restart of the daemon breaks all.</summary>
    internal int DaemonRestarts { get; private set; }

    internal bool IsDaemonGone { get; private set; }

    /// <summary>What happened, in order.</summary>
    internal List<string> Happened { get; } = [];

    /// <summary>What befalls the domain, and at which step.</summary>
    internal Action<Befalling, string>? Befall { get; set; }

    /// <summary>Called at each step, before anything happens.</summary>
    internal Action? AtStep { get; set; }

    internal async Task<T> CallAsync<T>(string name, Func<Exception> refusal, Func<Task<T>> call)
    {
        Step($"before {name}", refusal);
        var result = await call();
        Step($"after {name}", refusal);
        return result;
    }

    internal Task CallAsync(string name, Func<Exception> refusal, Func<Task> call) => CallAsync(
        name,
        refusal,
        async () =>
        {
            await call();
            return true;
        });

    /// <summary>What QEMU refuses, libvirt reports as an internal error.</summary>
    internal static LibvirtException Refusal() => new(
        "simulated", VirErrorNumber.InternalError, VirErrorDomain.Qemu, "simulated failure");

    public void Dispose() => _cancelling.Dispose();

    private void Step(string name, Func<Exception> refusal)
    {
        if (!IsAlive) throw new SimulatedCrashException();
        Steps++;
        foreach (var (_, what) in planned.Where(one => one.Step == Steps))
        {
            Happened.Add($"{what} {name}");
            switch (what)
            {
                case Befalling.Crash:
                    IsAlive = false;
                    throw new SimulatedCrashException();
                case Befalling.Failure:
                    throw refusal();
                case Befalling.Cancelling:
                    _cancelling.Cancel();
                    break;
                case Befalling.DaemonRestarted:
                    DaemonRestarts++;
                    Befall?.Invoke(what, name);
                    break;
                case Befalling.DaemonGone:
                    DaemonRestarts++;
                    IsDaemonGone = true;
                    break;
                default:
                    Befall?.Invoke(what, name);
                    break;
            }
        }

        AtStep?.Invoke();
    }
}
