using LibvirtBackup.BackupJobs;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.BackupJobs;

/// <summary><c>backup-abort</c>.</summary>
internal sealed class BackupAbortCommand : CliCommand
{
    private readonly Slot _domain;

    internal BackupAbortCommand()
        : base("backup-abort", "End the backup job that runs on a domain.") =>
        _domain = AddSlot(CommandSlots.Domain());

    internal override CommandGroup Group => CommandGroup.BackupJobs;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        A pull job always ends this way. A push job is cut off: what it wrote is useless. A checkpoint that was made
        with the job stays. Jobs of other kinds are left alone.
        """;

    internal override IReadOnlyList<Example> Examples => [new("backup-abort web", "free 'web' for other jobs")];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var domain = context.Slots.Get(_domain);
        var service = new BackupJobService(await context.ConnectAsync(cancellationToken));
        await service.AbortAsync(domain, cancellationToken);
        if (context.Settings.Json)
            context.PrintJson(BackupJobDocument.Of(Name, domain), CliJson.Documents.BackupJobDocument);
        else
            context.PrintExtra("Backup aborted");
        return ExitCode.Done;
    }
}
