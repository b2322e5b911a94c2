using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;

namespace LibvirtBackup.Cli;

/// <summary>The commands, in the order of the help page.</summary>
internal static class CommandList
{
    internal static IEnumerable<CliCommand> Create(CommandLine line) =>
    [
        new CompletionCommand(),
        new CompleteCommand(line),
    ];
}
