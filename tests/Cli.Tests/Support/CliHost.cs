using LibvirtBackup.Cli.Output;

namespace LibvirtBackup.Cli.Tests.Support;

/// <summary>Runs the program inside the test process: fast, and the streams are captured.</summary>
internal static class CliHost
{
    internal static Task<CliResult> RunAsync(params string[] args) => RunAsync([], args);

    internal static Task<CliResult> RunAsync(Dictionary<string, string> variables, params string[] args) =>
        RunAsync(new UtcClock(), variables, args);

    internal static async Task<CliResult> RunAsync(
        TimeProvider time, Dictionary<string, string> variables, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var console = new CliConsole(TextReader.Null, output, error, interactive: false);
        var environment = new CliEnvironment
        {
            Variable = variables.GetValueOrDefault,
            IsRoot = false,
            Time = time,
            Program = [],
        };
        var exitCode = await new CommandRunner(console, environment)
            .RunAsync(args, () => null, TestContext.Current.CancellationToken);
        return new CliResult(exitCode, output.ToString(), error.ToString());
    }
}
