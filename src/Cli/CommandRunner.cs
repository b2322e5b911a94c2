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
    /// <summary>Runs the line of this process.</summary>
    internal static Task<int> RunProcessAsync(string[] args)
    {
        // "lvbackup backup web & ... kill -INT $!" in a script has to end the backup cleanly as well.
        ProcessSignals.HeedInterrupt();
        var console = CliConsole.OfProcess();
        var signals = new StopSignals((name, first) => Acknowledge(console, name, first));
        return new CommandRunner(console, CliEnvironment.OfProcess())
            .RunAsync(args, () => signals.Received, signals.Token);
    }

    /// <summary>Runs a line.</summary>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="signal">The signal that has cancelled the token, or null.</param>
    /// <param name="cancellationToken">Cancelled by a signal; the command cleans up before this returns.</param>
    /// <returns>The exit code.</returns>
    internal async Task<int> RunAsync(
        IReadOnlyList<string> args, Func<SignalName?> signal, CancellationToken cancellationToken)
    {
        if (args is ["help", ..])
            args = [.. args.Skip(1), "--help"];
        var line = new CommandLine(args);
        var result = line.Parse(args);
        try
        {
            if (AnswerAtOnce(line, result) is not { } exitCode)
            {
                var command = (CliCommand)result.CommandResult.Command;
                var settings = GlobalSettings.Resolve(line.Options, result, environment);
                await using var context = new CommandContext(command, result, settings, console, environment);
                exitCode = await command.RunAsync(context, cancellationToken);
            }

            console.FlushResults();
            return exitCode;
        }
#pragma warning disable CA1031 // The last frame: whatever was thrown becomes one line and an exit code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (result.GetValue(line.Options.Verbose))
                console.Error.WriteLine(exception.ToString());
            var failure = FailureReader.Read(exception, result.CommandResult.Command.Name, signal());
            return Report(failure, json: args.Contains("--json"));
        }
    }

    // Help, version and wrong usage need nothing but the line itself.
    private int? AnswerAtOnce(CommandLine line, ParseResult result)
    {
        if (result.GetValue(line.Options.Help))
        {
            new HelpWriter(console.Out, line.Options).Write(result.CommandResult.Command);
            return ExitCode.Done;
        }

        if (result.GetValue(line.Options.Version))
        {
            console.Out.Write(ProgramVersion.Line);
            return ExitCode.Done;
        }

        if (UsageCheck.FirstProblem(result) is { } problem)
        {
            var page = result.CommandResult.Command is CliCommand named ? $"lvbackup {named.Name}" : "lvbackup";
            throw new BackupException(FailureKind.Usage, $"{problem}; see '{page} --help'");
        }

        return null;
    }

    private int Report(Failure failure, bool json)
    {
        console.WriteError(failure.Message);
        if (json)
        {
            var document = new ErrorDocument(failure.ExitCode, failure.Message, failure.Libvirt);
            console.Out.WriteLine(JsonSerializer.Serialize(document, CliJson.Documents.ErrorDocument));
        }

        try
        {
            console.FlushResults();
        }
        catch (BackupException)
        {
            // That stdout cannot be written is either what was just reported, or the lesser evil.
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
