using LibvirtBackup.BackupJobs;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.BackupJobs;

/// <summary><c>backup-dumpxml</c>.</summary>
internal sealed class BackupDumpXmlCommand : CliCommand
{
    private readonly Slot _domain;

    internal BackupDumpXmlCommand()
        : base("backup-dumpxml", "Print the XML of the backup job that runs on a domain.") =>
        _domain = AddSlot(CommandSlots.Domain());

    internal override CommandGroup Group => CommandGroup.BackupJobs;

    internal override bool WorksElsewhere => true;

    internal override IReadOnlyList<Example> Examples =>
        [new("backup-dumpxml web", "where the job's NBD server listens and which files it uses")];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var service = new BackupJobService(await context.ConnectAsync(cancellationToken));
        var xml = await service.GetXmlAsync(context.Slots.Get(_domain), cancellationToken);
        if (context.Settings.Json)
        {
            context.PrintJson(XmlDocument.Of(Name, xml), CliJson.Documents.XmlDocument);
            return ExitCode.Done;
        }

        context.Console.Out.Write(xml);
        context.PrintExtra("");
        return ExitCode.Done;
    }
}
