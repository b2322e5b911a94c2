using System.ComponentModel;
using System.Diagnostics;

namespace LibvirtBackup.InstantRecovery.Mounts;

/// <summary>Runs programs of the host.</summary>
internal static class HostTool
{
    /// <summary>Runs one to its end.</summary>
    /// <returns>Its exit code, and what it printed.</returns>
    /// <exception cref="BackupException">Not supported: it is not installed.</exception>
    internal static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string program, string package, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Start(program, package, arguments);
        try
        {
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return (process.ExitCode, output.Trim(), (await error.ConfigureAwait(false)).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>Starts one that goes on.</summary>
    /// <exception cref="BackupException">Not supported: it is not installed.</exception>
    internal static Process Start(string program, string package, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start)!; // null only with UseShellExecute
        }
        catch (Win32Exception e)
        {
            // .NET's own message is long, and names the program once more.
            var why = new Win32Exception(e.NativeErrorCode).Message;
            throw new BackupException(
                FailureKind.NotSupported, $"cannot run {program} ({why}): install package {package}", e);
        }
    }
}
