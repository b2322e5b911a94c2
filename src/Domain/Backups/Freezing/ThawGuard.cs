using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace LibvirtBackup.Backups.Freezing;

/// <summary>
/// The backup's end of the line to its watchdog. Disposing hangs up: a watchdog that was not told that the guest is
/// thawed then thaws it.
/// </summary>
internal sealed class ThawGuard : IAsyncDisposable
{
    /// <summary>For a program that starts on a busy host, and its connection.</summary>
    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(30);

    private readonly Process? _process;
    private readonly string? _failure;

    private ThawGuard(Process? process, string? failure) => (_process, _failure) = (process, failure);

    /// <summary>True while a watchdog goes on where the backup ends.</summary>
    internal bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts the watchdog; it connects while other things are done.</summary>
    /// <param name="command">The program and its arguments; empty: there is no watchdog.</param>
    /// <param name="order">What it is told.</param>
    internal static async Task<ThawGuard> StartAsync(IReadOnlyList<string> command, ThawOrder order)
    {
        if (command.Count == 0) return new ThawGuard(null, null);
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = "/", // it may outlive the backup: it must not keep a file system from being unmounted
        };
        Process? process = null;
        try
        {
            process = Process.Start(start)!; // null only with UseShellExecute
            var line = JsonSerializer.Serialize(order, FreezeJson.Default.ThawOrder);
            await process.StandardInput.WriteLineAsync(line).ConfigureAwait(false);
            await process.StandardInput.FlushAsync().ConfigureAwait(false);
            return new ThawGuard(process, null);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            process?.Dispose();
            return new ThawGuard(null, $"the thaw watchdog '{command[0]}' did not start: {e.Message}");
        }
    }

    /// <summary>Waits until the watchdog can thaw.</summary>
    /// <returns>Why it cannot, or null.</returns>
    internal async Task<string?> FindObstacleAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        if (_process is null) return _failure;
        try
        {
            var answer = await _process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask()
                .WaitAsync(s_startTime, time, cancellationToken).ConfigureAwait(false);
            return answer == ThawOrder.Ready ? null : "the thaw watchdog ended before it was ready";
        }
        catch (TimeoutException)
        {
            return $"the thaw watchdog was not ready within {s_startTime.TotalSeconds:0} s";
        }
    }

    /// <summary>Tells the watchdog how far the backup is.</summary>
    /// <returns>False when it is gone; true where none is configured.</returns>
    internal async Task<bool> TellAsync(string word)
    {
        if (_process is null) return _failure is null;
        try
        {
            await _process.StandardInput.WriteLineAsync(word).ConfigureAwait(false);
            await _process.StandardInput.FlushAsync().ConfigureAwait(false);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        try
        {
            await _process.StandardInput.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has gone, and with it what was not written.
        }

        _process.Dispose();
    }
}
