using System.Runtime.CompilerServices;
using LibvirtBackup.Interop.Nbd;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

/// <summary>
/// A callback's GCHandle keeps its command alive, so a command that can be collected has had its handle freed; a
/// handle that were freed twice would end the process.
/// </summary>
public sealed class NbdCallbackLifetimeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Callbacks_of_answered_requests_are_freed()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "1M");
        (NbdIoLoop loop, NbdExportInfo export) = await StartAsync(server);
        WeakReference[] commands = [.. Enumerable.Range(0, 100).Select(_ => Enqueue(loop, export, 0, 4096))];
        Assert.True(SpinWait.SpinUntil(() => loop.Pending == 0, TimeSpan.FromSeconds(20)));
        AssertCollected(commands);
        await StopAsync(loop);
    }

    [Fact]
    public async Task Callbacks_of_requests_that_libnbd_refuses_are_freed()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "1M");
        (NbdIoLoop loop, NbdExportInfo export) = await StartAsync(server);
        WeakReference[] commands = [.. Enumerable.Range(0, 100).Select(_ => Enqueue(loop, export, 1 << 20, 4096))];
        Assert.True(SpinWait.SpinUntil(() => loop.Pending == 0, TimeSpan.FromSeconds(20)));
        AssertCollected(commands);
        await StopAsync(loop);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Callbacks_of_requests_in_flight_are_freed_when_the_connection_ends(bool killServer)
    {
        using NbdServer server = NbdServer.Nbdkit("--filter=delay", "memory", "1M", "delay-extents=60");
        (NbdIoLoop loop, NbdExportInfo export) = await StartAsync(server);
        WeakReference[] commands = [.. Enumerable.Range(0, 8).Select(_ => Enqueue(loop, export, 0, 4096))];
        await Task.Delay(100, Token);
        Assert.Equal(8, loop.Pending);
        if (killServer)
            server.Kill();
        else
            loop.Stop();
        await loop.Stopped.WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.Equal(0, loop.Pending);
        AssertCollected(commands);
    }

    private static async Task<(NbdIoLoop Loop, NbdExportInfo Export)> StartAsync(NbdServer server)
    {
        var loop = new NbdIoLoop(server.Endpoint, new NbdConnectionOptions { MetaContexts = ["base:allocation"] });
        loop.Start();
        return (loop, await loop.Connected);
    }

    private static Task StopAsync(NbdIoLoop loop)
    {
        loop.Stop();
        return loop.Stopped.WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Enqueue(NbdIoLoop loop, NbdExportInfo export, long offset, long length)
    {
        var command = new NbdBlockStatusCommand(export, offset, length);
        _ = command.Result.ContinueWith(
            static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.None,
            TaskScheduler.Default);
        Assert.True(loop.TryEnqueue(command));
        return new WeakReference(command);
    }

    private static void AssertCollected(WeakReference[] references)
    {
        bool isGone = SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return references.All(reference => !reference.IsAlive);
            },
            TimeSpan.FromSeconds(10));
        Assert.True(isGone, $"{references.Count(reference => reference.IsAlive)} of {references.Length} are held");
    }
}
