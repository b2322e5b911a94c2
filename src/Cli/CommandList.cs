using LibvirtBackup.Cli.BackupJobs;
using LibvirtBackup.Cli.Checkpoints;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;

namespace LibvirtBackup.Cli;

/// <summary>The commands, in the order of the help page.</summary>
internal static class CommandList
{
    internal static IEnumerable<CliCommand> Create(CommandLine line) =>
    [
        new CheckpointCreateCommand(),
        new CheckpointCreateAsCommand(),
        new CheckpointListCommand(),
        new CheckpointInfoCommand(),
        new CheckpointDumpXmlCommand(),
        new CheckpointParentCommand(),
        new CheckpointEditCommand(),
        new CheckpointDeleteCommand(),
        new BackupBeginCommand(),
        new BackupDumpXmlCommand(),
        new BackupAbortCommand(),
        new CompletionCommand(),
        new CompleteCommand(line),
    ];
}
