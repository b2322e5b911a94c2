using LibvirtBackup.Cli.BackupJobs;
using LibvirtBackup.Cli.Backups;
using LibvirtBackup.Cli.Checkpoints;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Repositories;
using LibvirtBackup.Cli.Restores;

namespace LibvirtBackup.Cli;

/// <summary>The commands, in the order of the help page.</summary>
internal static class CommandList
{
    internal static IEnumerable<CliCommand> Create(CommandLine line) =>
    [
        new InitCommand(),
        new BackupCommand(),
        new ListCommand(),
        new ShowCommand(),
        new RestoreCommand(),
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
