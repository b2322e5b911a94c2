using System.ComponentModel;
using System.Diagnostics;

namespace LibvirtBackup.InstantRecovery.Servers;

/// <summary>Starts processes of this program that go on when this one ends.</summary>
internal static class BackgroundProcess
{
    /// <summary>For opening a repository on slow storage, with a slow key derivation.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Starts it and waits until it does its work.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it before it is ready; then it goes on.</param>
    /// <exception cref="BackupException">It cannot be started, or says why it cannot work.</exception>
    /// <returns>The lines that it printed before it was ready.</returns>
    internal static async Task<IReadOnlyList<string>> StartAsync(
        IReadOnlyList<string> command, string what, TimeProvider time, CancellationToken cancellationToken)
    {
        if (command.Count == 0)
            throw new BackupException(FailureKind.NotSupported, $"{what} cannot be started: the program is unknown");
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/", // it must not keep a file system from being unmounted
        };
        try
        {
            using var process = Process.Start(start)!; // null only with UseShellExecute
            process.StandardInput.Close();
            try
            {
                var lines = new List<string>();
                while (await process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask()
                    .WaitAsync(s_patience, time, cancellationToken).ConfigureAwait(false) is { } line)
                {
                    if (line == PointServerHost.Ready) return lines;
                    lines.Add(line);
                }

                var why = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
                throw new BackupException(FailureKind.Failed, $"{what} does not start: {LastLine(why)}");
            }
            catch (Exception e) when (e is OperationCanceledException or TimeoutException)
            {
                process.Kill();
                if (e is OperationCanceledException) throw;
                throw new BackupException(
                    FailureKind.Failed, $"{what} was not ready within {s_patience.TotalMinutes:0} minutes", e);
            }
        }
        catch (Win32Exception e)
        {
            throw new BackupException(FailureKind.Failed, $"{what} cannot be started: {e.Message}", e);
        }
    }

    private static string LastLine(string text)
    {
        const string program = "lvbackup: ";
        var line = text.Trim().Split('\n')[^1];
        return line.StartsWith(program, StringComparison.Ordinal) ? line[program.Length..] : line;
    }
}
