using System.CommandLine;
using LibvirtBackup.BackupJobs;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.BackupJobs;

/// <summary><c>backup-begin</c>.</summary>
internal sealed class BackupBeginCommand : CliCommand
{
    private readonly Slot _domain;
    private readonly Slot _backup;
    private readonly Slot _checkpoint;
    private readonly Option<bool> _reuseExternal;

    internal BackupBeginCommand()
        : base("backup-begin", "Start a backup job of libvirt's own and leave it running.")
    {
        _domain = AddSlot(CommandSlots.Domain());
        _backup = AddSlot(new Slot(
            "backupfile", "--backupxml", "the <domainbackup> document; without it a full push backup of all disks",
            required: false));
        _checkpoint = AddSlot(new Slot(
            "checkpointfile", "--checkpointxml", "the <domaincheckpoint> document of a checkpoint of the same instant",
            required: false));
        _reuseExternal = AddFlag("--reuse-external", "the files that the backup writes to exist already");
    }

    internal override CommandGroup Group => CommandGroup.BackupJobs;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        This is the raw job: nothing is stored in a repository. 'lvbackup backup' is what takes a restore point.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("backup-begin web pull.xml monday.xml", "serve the disks over NBD and make the checkpoint of monday.xml"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var domain = context.Slots.Get(_domain);
        var backup = context.Slots[_backup] is { } backupFile
            ? await InputFile.ReadAsync(backupFile, cancellationToken)
            : "<domainbackup/>";
        var checkpoint = context.Slots[_checkpoint] is { } checkpointFile
            ? await InputFile.ReadAsync(checkpointFile, cancellationToken)
            : null;
        var service = new BackupJobService(await context.ConnectAsync(cancellationToken));
        await service.BeginAsync(domain, backup, checkpoint, context.Line.GetValue(_reuseExternal), cancellationToken);
        if (context.Settings.Json)
            context.PrintJson(BackupJobDocument.Of(Name, domain), CliJson.Documents.BackupJobDocument);
        else
            context.PrintExtra("Backup started");
        return ExitCode.Done;
    }
}
