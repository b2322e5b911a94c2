using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Cli.Backups;

/// <summary>
/// <c>thaw-watchdog</c>: what <c>backup --quiesce</c> starts beside itself. It reads its orders from stdin.
/// </summary>
internal sealed class ThawWatchdogCommand : CliCommand
{
    /// <summary>The command's name.</summary>
    internal const string Word = HelperCommands.ThawWatchdog;

    internal ThawWatchdogCommand()
        : base(Word, "Thaw a guest whose backup was killed; started by backup --quiesce.") => Hidden = true;

    internal override CommandGroup Group => CommandGroup.Program;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        // A signal that ends the backup often goes to this process too. It is heard (CommandRunner) and changes
        // nothing: the end of stdin is what counts.
        ProcessSignals.LeaveSession();
        await new ThawWatchdog(context.Environment.Time).RunAsync(
            context.Console.In, context.Console.Out, line => context.Console.Error.WriteLine("lvbackup: " + line));
        return ExitCode.Done;
    }
}
