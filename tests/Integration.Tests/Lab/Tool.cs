using System.Diagnostics;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>Runs a program to its end and takes down what it printed.</summary>
internal static class Tool
{
    /// <summary>Cancelling kills the program and those it started.</summary>
    public static async Task<ToolResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        // libvirt's messages are matched in a few places.
        start.Environment["LC_ALL"] = "C.UTF-8";
        // A lab belongs to this test run: the next one removes it should this one be killed.
        start.Environment["LVB_LAB_OWNER"] = Environment.ProcessId.ToString();
        using Process process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            string line = $"{program} {string.Join(' ', start.ArgumentList)}";
            return new ToolResult(line, process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
