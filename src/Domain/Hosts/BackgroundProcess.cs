using System.ComponentModel;
using System.Diagnostics;

namespace LibvirtBackup.Hosts;

/// <summary>Starts processes of this program that go on when this one ends.</summary>
/// <param name="command">The program and its arguments.</param>
/// <param name="what">What it is, for messages.</param>
/// <param name="time">The clock.</param>
internal sealed class BackgroundProcess(IReadOnlyList<string> command, string what, TimeProvider time)
{
    /// <summary>The line that such a process prints when it does its work.</summary>
    internal const string Ready = "ready";

    /// <summary>For opening a repository on slow storage, with a slow key derivation.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>One line that it reads from its standard input, or null.</summary>
    internal string? Input { get; init; }

    /// <summary>Whether the reason that it gives needs to be told whose it is.</summary>
    internal bool IsNamedInReasons { get; init; } = true;

    /// <summary>Starts it and waits until it does its work.</summary>
    /// <param name="cancellationToken">Ends it before it is ready; then it goes on.</param>
    /// <exception cref="BackupException">It cannot be started, or says why it cannot work.</exception>
    /// <returns>The lines that it printed before it was ready.</returns>
    internal async Task<IReadOnlyList<string>> StartAsync(CancellationToken cancellationToken)
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
            try
            {
                return await WaitAsync(process, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not BackupException)
            {
                // It is ours, and nobody could find it again.
                process.Kill();
                if (e is not TimeoutException) throw;
                throw new BackupException(
                    FailureKind.Failed, $"{what} was not ready within {s_patience.TotalMinutes:0} minutes", e);
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw new BackupException(FailureKind.Failed, $"{what} cannot be started: {e.Message}", e);
        }
    }

    private async Task<IReadOnlyList<string>> WaitAsync(Process process, CancellationToken cancellationToken)
    {
        if (Input is not null)
            await process.StandardInput.WriteLineAsync(Input.AsMemory(), cancellationToken).ConfigureAwait(false);
        process.StandardInput.Close();
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask()
            .WaitAsync(s_patience, time, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line == Ready) return lines;
            lines.Add(line);
        }

        var errors = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        throw new BackupException(KindOf(process.ExitCode), Describe(errors, process.ExitCode));
    }

    private string Describe(string errors, int exitCode)
    {
        const string program = "lvbackup: ";
        var last = errors.Trim().Split('\n')[^1];
        if (last.Length == 0) return $"{what} ended with exit code {exitCode} before it was ready";
        var isOwn = last.StartsWith(program, StringComparison.Ordinal);
        var reason = isOwn ? last[program.Length..] : last;
        return isOwn && !IsNamedInReasons ? reason : $"{what} does not start: {reason}";
    }

    /// <summary>The reverse of what the program makes of a failure.</summary>
    private static FailureKind KindOf(int exitCode) => exitCode switch
    {
        2 => FailureKind.Usage,
        4 => FailureKind.Integrity,
        5 => FailureKind.Busy,
        6 => FailureKind.NotSupported,
        _ => FailureKind.Failed,
    };
}
