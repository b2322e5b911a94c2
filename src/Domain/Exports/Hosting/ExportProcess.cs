using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace LibvirtBackup.Exports.Hosting;

/// <summary>Starts the process of an export, which outlives this one.</summary>
internal static class ExportProcess
{
    private const string Prefix = "lvbackup: ";

    /// <exception cref="BackupException">It has ended instead, for the reason that it gave.</exception>
    internal static async Task StartAsync(
        IReadOnlyList<string> program, ExportOrder order, CancellationToken cancellationToken)
    {
        if (program.Count == 0)
            throw new BackupException(FailureKind.NotSupported, "this program cannot start itself once more");
        var start = new ProcessStartInfo(program[0], program.Skip(1))
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
                await HandOverAsync(process, order, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                // It is ours, and nobody could find it again.
                process.Kill();
                throw;
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw new BackupException(
                FailureKind.Failed, $"the process of export '{order.Name}' cannot be started: {e.Message}", e);
        }
    }

    private static async Task HandOverAsync(Process process, ExportOrder order, CancellationToken cancellationToken)
    {
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var line = JsonSerializer.Serialize(order, HostingJson.Default.ExportOrder);
        await process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken).ConfigureAwait(false);
        process.StandardInput.Close();
        if (await process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false) == ExportHost.Ready)
            return;
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        var why = (await errors.ConfigureAwait(false)).Trim();
        var last = why[(why.LastIndexOf('\n') + 1)..];
        throw new BackupException(
            KindOf(process.ExitCode),
            last.StartsWith(Prefix, StringComparison.Ordinal)
                ? last[Prefix.Length..]
                : $"the process of export '{order.Name}' ended with exit code {process.ExitCode} before it served");
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
