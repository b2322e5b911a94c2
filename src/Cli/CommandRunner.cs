using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Failures;
using LibvirtBackup.Cli.Help;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Cli.Signals;
using LibvirtBackup.Interop.Posix;
using System.CommandLine;
using System.Text.Json;

namespace LibvirtBackup.Cli;

/// <summary>Runs one line: parse, do, and end with the right exit code.</summary>
internal sealed class CommandRunner(CliConsole console, CliEnvironment environment)
{
    private readonly CommandLine _line = new();

    /// <summary>Runs the line of this process.</summary>
    internal static async Task<int> RunProcessAsync(string[] args)
    {
        // "lvbackup backup web & ... kill -INT $!" in a script has to end the backup cleanly as well.
        ProcessSignals.HeedInterrupt();
        using var console = CliConsole.OfProcess();
        var runner = new CommandRunner(console, CliEnvironment.OfProcess());
        using var signals = new StopSignals((name, first) => Acknowledge(console, name, first));
        return await runner.RunAsync(args, () => signals.Received, signals.Token);
    }

    /// <summary>Runs a line.</summary>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="signal">The signal that has cancelled the token, or null.</param>
    /// <param name="cancellationToken">Cancelled by a signal; the command cleans up before this returns.</param>
    /// <returns>The exit code.</returns>
    internal async Task<int> RunAsync(
        IReadOnlyList<string> args, Func<SignalName?> signal, CancellationToken cancellationToken)
    {
        var result = _line.Parse(args is ["help", ..] ? [.. args.Skip(1), "--help"] : args);
        var json = result.GetValue(_line.Options.Json) || args.Contains("--json");
        var verbose = result.GetValue(_line.Options.Verbose);
        try
        {
            return await RunAsync(result, cancellationToken);
        }
#pragma warning disable CA1031 // The last frame: whatever was thrown becomes one line and an exit code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (verbose)
                await console.Error.WriteLineAsync(exception.ToString());
            return Report(FailureReader.Read(exception, signal()), json);
        }
        finally
        {
            console.Flush();
        }
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        if (result.GetValue(_line.Options.Help))
        {
            new HelpWriter(console.Out, _line.Options).Write(result.CommandResult.Command);
            return ExitCode.Done;
        }

        if (result.GetValue(_line.Options.Version))
        {
            await console.Out.WriteAsync(ProgramVersion.Line);
            return ExitCode.Done;
        }

        if (UsageCheck.FirstProblem(result) is { } problem)
        {
            var page = result.CommandResult.Command is CliCommand named ? $"lvbackup {named.Name}" : "lvbackup";
            throw new BackupException(FailureKind.Usage, $"{problem}; see '{page} --help'");
        }

        var command = (CliCommand)result.CommandResult.Command;
        var settings = GlobalSettings.Resolve(_line.Options, result, environment);
        await using var context = new CommandContext(command, result, settings, console, environment);
        return await command.RunAsync(context, cancellationToken);
    }

    private int Report(Failure failure, bool json)
    {
        console.Error.WriteLine("lvbackup: " + failure.Message);
        if (json)
        {
            var document = new ErrorDocument(failure.ExitCode, failure.Message, failure.Libvirt);
            console.Out.WriteLine(JsonSerializer.Serialize(document, CliJson.Documents.ErrorDocument));
        }

        return failure.ExitCode;
    }

    private static void Acknowledge(CliConsole console, SignalName name, bool first)
    {
        if (console.ErrorIsTerminal)
        {
            console.Error.WriteLine(first
                ? $"lvbackup: {name}: stopping and cleaning up"
                : $"lvbackup: {name}: still cleaning up, please wait");
        }
    }
}
