using System.ComponentModel;
using System.Diagnostics;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Policies.Running;

/// <summary>
/// Runs a user's program: no shell, input on its standard input, a limit of time, in a session of its own, so that it
/// can be ended with all that it has started.
/// </summary>
internal static class ProgramRun
{
    // Of util-linux, which every Linux has. It becomes the program, so the process id is the group's.
    private const string SetSid = "setsid";

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    /// <summary>Runs it.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="timeout">After so long it is ended.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null when it ended with exit code 0; else why it failed, in one line.</returns>
    internal static async Task<string?> RunAsync(
        IReadOnlyList<string> command, TimeSpan timeout, ReadOnlyMemory<byte> input, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(SetSid, command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        try
        {
            using var process = Process.Start(start)!; // null only with UseShellExecute
            return await WatchAsync(process, command[0], timeout, input, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            return $"cannot run {SetSid} ({e.Message}): install package util-linux";
        }
    }

    private static async Task<string?> WatchAsync(
        Process process, string program, TimeSpan timeout, ReadOnlyMemory<byte> input, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var output = new LimitedOutput();
        var reading = Task.WhenAll(output.ReadAsync(process.StandardOutput), output.ReadAsync(process.StandardError));
        var writing = WriteAsync(process.StandardInput.BaseStream, input);
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(timeout, time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await EndAsync(process, time).ConfigureAwait(false);
            return $"'{program}' did not end within {DurationText.Format(timeout)} and was ended{Said(output)}";
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process, time).ConfigureAwait(false);
            throw;
        }

        // What it has left behind is ended too; else it could hold its output open for ever.
        ProcessSignals.EndGroup(process.Id, kill: true);
        await Task.WhenAny(Task.WhenAll(reading, writing), Task.Delay(s_grace, time, CancellationToken.None))
            .ConfigureAwait(false);
        return process.ExitCode == 0 ? null : $"'{program}' failed with exit code {process.ExitCode}{Said(output)}";
    }

    private static async Task EndAsync(Process process, TimeProvider time)
    {
        ProcessSignals.EndGroup(process.Id, kill: false);
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(s_grace, time, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Then it is not asked.
        }

        ProcessSignals.EndGroup(process.Id, kill: true);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> input)
    {
        try
        {
            await using (stream.ConfigureAwait(false))
                await stream.WriteAsync(input, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It need not read what it is told.
        }
    }

    private static string Said(LimitedOutput output) =>
        output.Text.Trim().ReplaceLineEndings("; ") is { Length: > 0 } text ? $": {text}" : "";
}
