using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using LibvirtBackup.Cli.Signals;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Signals;

public sealed class StopSignalsTests
{
    // The test runner itself stops at SIGINT and SIGTERM; those are tried on a process of its own.
    [Fact]
    public async Task The_first_signal_cancels_and_later_ones_are_only_acknowledged()
    {
        const PosixSignal signal = PosixSignal.SIGHUP;
        var seen = new BlockingCollection<(SignalName Name, bool First)>();
        using var signals = new StopSignals((name, first) => seen.Add((name, first)));
        Assert.Null(signals.Received);

        Assert.Equal(0, NativeSignals.Send(Environment.ProcessId, signal));
        await WaitForAsync(signals.Token);
        Assert.Equal(0, NativeSignals.Send(Environment.ProcessId, signal));

        const SignalName name = SignalName.SIGHUP;
        Assert.True(seen.TryTake(out var one, TimeSpan.FromSeconds(10)));
        Assert.True(seen.TryTake(out var two, TimeSpan.FromSeconds(10)));
        Assert.Equal((name, true), one);
        Assert.Equal((name, false), two);
        Assert.Equal(name, signals.Received);
    }

    private static async Task WaitForAsync(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = token.Register(cancelled.SetResult);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }
}
