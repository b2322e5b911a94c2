using LibvirtBackup.Cli.BackupJobs;
using LibvirtBackup.Cli.Backups;
using LibvirtBackup.Cli.Bitmaps;
using LibvirtBackup.Cli.BlockJobs;
using LibvirtBackup.Cli.Checkpoints;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Exports;
using LibvirtBackup.Cli.Help;
using LibvirtBackup.Cli.ImageSets;
using LibvirtBackup.Cli.Imports;
using LibvirtBackup.Cli.InstantRecovery;
using LibvirtBackup.Cli.Keys;
using LibvirtBackup.Cli.Policies;
using LibvirtBackup.Cli.Pushes;
using LibvirtBackup.Cli.Recovery;
using LibvirtBackup.Cli.Reports;
using LibvirtBackup.Cli.Repositories;
using LibvirtBackup.Cli.Restores;
using LibvirtBackup.Cli.Snapshots;
using LibvirtBackup.Cli.Views;

namespace LibvirtBackup.Cli;

/// <summary>The commands, in the order of the help page.</summary>
internal static class CommandList
{
    private static readonly Entry[] s_commands =
    [
        new("init", () => new InitCommand()),
        new("backup", () => new BackupCommand()),
        new("push", () => new PushCommand()),
        new("list", () => new ListCommand()),
        new("show", () => new ShowCommand()),
        new("report", () => new ReportCommand()),
        new("diff", () => new DiffCommand()),
        new("restore", () => new RestoreCommand()),
        new("export", () => new ExportCommand()),
        new("import", () => new ImportCommand()),
        new("boot", () => new BootCommand()),
        new("test-restore", () => new TestRestoreCommand()),
        new("mount", () => new MountCommand()),
        new("ls", () => new LsCommand()),
        new("cp", () => new CpCommand()),
        new("serve", () => new ServeCommand()),
        new("verify", () => new VerifyCommand()),
        new("prune", () => new PruneCommand()),
        new("forget", () => new ForgetCommand()),
        new("gc", () => new GcCommand()),
        new("repair", () => new RepairCommand()),
        new("doctor", () => new DoctorCommand()),
        new("policy", () => new PolicyCommand()),
        new("key", () => new KeyCommand()),
        new("snapshot-open", () => new SnapshotOpenCommand()),
        new("snapshot-list", () => new SnapshotListCommand()),
        new("snapshot-show", () => new SnapshotShowCommand()),
        new("snapshot-close", () => new SnapshotCloseCommand()),
        new("export-start", () => new ExportStartCommand()),
        new("export-list", () => new ExportListCommand()),
        new("export-stop", () => new ExportStopCommand()),
        new("checkpoint-create", () => new CheckpointCreateCommand()),
        new("checkpoint-create-as", () => new CheckpointCreateAsCommand()),
        new("checkpoint-list", () => new CheckpointListCommand()),
        new("checkpoint-info", () => new CheckpointInfoCommand()),
        new("checkpoint-dumpxml", () => new CheckpointDumpXmlCommand()),
        new("checkpoint-parent", () => new CheckpointParentCommand()),
        new("checkpoint-edit", () => new CheckpointEditCommand()),
        new("checkpoint-delete", () => new CheckpointDeleteCommand()),
        new("bitmap-list", () => new BitmapListCommand()),
        new("bitmap-merge", () => new BitmapMergeCommand()),
        new("bitmap-remove", () => new BitmapRemoveCommand()),
        new("snapshot-create-as", () => new SnapshotCreateAsCommand()),
        new("snapshot-delete", () => new SnapshotDeleteCommand()),
        new("snapshot-revert", () => new SnapshotRevertCommand()),
        new("snapshot-checkpoint", () => new SnapshotCheckpointCommand()),
        new("blockcommit", () => new BlockCommitCommand()),
        new("blockpull", () => new BlockPullCommand()),
        new("blockcopy", () => new BlockCopyCommand()),
        new("backup-begin", () => new BackupBeginCommand()),
        new("backup-dumpxml", () => new BackupDumpXmlCommand()),
        new("backup-abort", () => new BackupAbortCommand()),
        new("completion", () => new CompletionCommand()),
        new("__complete", () => new CompleteCommand()),
        new(ManualCommand.Word, () => new ManualCommand()),
        new(ExportHostCommand.Word, () => new ExportHostCommand()),
        new(ThawWatchdogCommand.Word, () => new ThawWatchdogCommand()),
        new(PointServerCommand.Word, () => new PointServerCommand()),
        new(MountServerCommand.Word, () => new MountServerCommand()),
    ];

    /// <summary>All commands.</summary>
    internal static IEnumerable<CliCommand> CreateAll() => s_commands.Select(c => c.Create());

    /// <summary>
    /// The commands that a line can mean: those whose names are among its words, for making all costs time at each
    /// start. All when there is none.
    /// </summary>
    internal static IEnumerable<CliCommand> CreateFor(IReadOnlyList<string> words)
    {
        var meant = s_commands.Where(c => words.Contains(c.Name)).ToList();
        return meant.Count > 0 ? meant.Select(c => c.Create()) : CreateAll();
    }

    private sealed record Entry(string Name, Func<CliCommand> Create);
}
