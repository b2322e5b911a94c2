using System.Diagnostics;
using Xunit;

namespace LibvirtBackup.Domain.Tests;

/// <summary>Runs other programs.</summary>
internal static class Tools
{
    /// <summary>Runs a program that has to do it, and gives its output.</summary>
    internal static async Task<string> SucceedAsync(string program, params string[] arguments)
    {
        var (exitCode, output, error) = await RunAsync(program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}: {error}");
        return output;
    }

    internal static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var token = TestContext.Current.CancellationToken;
        var error = process.StandardError.ReadToEndAsync(token);
        var output = await process.StandardOutput.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        return (process.ExitCode, output, await error);
    }

    /// <summary>Begins a program; what it says has to be read.</summary>
    internal static Process Start(string program, params string[] arguments) => Process.Start(
        new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
}
