using System.Diagnostics;

namespace LibvirtBackup.InstantRecovery.Proofs;

/// <summary>Runs the user's check on this host.</summary>
internal static class HostCheck
{
    private const int MostOutput = 64 * 1024;

    /// <summary>Runs a line of the shell.</summary>
    /// <param name="command">The line.</param>
    /// <param name="environment">What it is told, as environment variables.</param>
    /// <param name="cancellationToken">Kills it.</param>
    internal static async Task<ProofCheck> RunAsync(
        string command, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec 2>&1\n{command}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!; // null only with UseShellExecute
        process.StandardInput.Close();
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return new ProofCheck(
                command, InGuest: false, process.ExitCode, output[Math.Max(0, output.Length - MostOutput)..]);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }
}
