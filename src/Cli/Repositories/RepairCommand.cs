using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Repositories.Maintenance;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>repair</c>.</summary>
internal sealed class RepairCommand : CliCommand
{
    private readonly Option<string?> _fromSource;

    internal RepairCommand()
        : base("repair", "Make the best of a damaged repository.") =>
        _fromSource = AddOption(new Option<string?>("--from-source")
        {
            Description = "read what is lost from the live disks and firmware of this domain, where they still have it",
            HelpName = "domain",
        });

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        Indexes are made anew from packs, also when all of them are lost; what can be read of damaged packs is stored
        again; bad copies give way to good ones. It works on what 'lvbackup verify' has found: run that before, and
        again after indexes were made anew. What stays lost is named, with exit code 4: a full backup of the domain may
        still heal it, where the guest has not changed it since.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("repair", "after 'verify' has found damage"),
        new("repair --from-source web", "take lost data from the disks of 'web'"),
    ];

    internal override ValueKind KindOf(Option option) =>
        option == _fromSource ? ValueKind.Domain : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var report = context.Line.GetValue(_fromSource) is { } domain
            ? await context.Get<RepositoryRepairer>().RepairAsync(
                repository, await context.ConnectAsync(cancellationToken), domain, cancellationToken)
            : await RepositoryRepairer.RepairAsync(repository, cancellationToken);
        if (context.Settings.Json)
            context.PrintJson(RepairDocument.Of(report), CliJson.Documents.RepairDocument);
        else
            Print(context, report);
        return report.IsGood ? ExitCode.Done : ExitCode.Integrity;
    }

    private static void Print(CommandContext context, RepairReport report)
    {
        context.Note($"listed in new indexes: {report.ListedPacks} packs; removed: {report.RemovedIndexes} damaged "
            + $"indexes, {report.RemovedPacks} damaged packs, {report.DroppedCopies} bad copies; read again: "
            + $"{report.HealedBlobs} lost blobs");
        VerifyText.PrintPoints(context, report.DamagedPoints);
        if (!report.IsGood)
            context.Warn("what is lost comes back from a copy of the repository, or from a full backup of a guest that "
                + "has it still; 'lvbackup forget' removes the points that miss it");
        if (report.RemovedDamageNotes > 0)
            context.Warn(
                "notes of damage could not be read and were removed, so what earlier runs of verify had found is not "
                + "known any more: run 'lvbackup verify' now, and then 'lvbackup repair' again");
        else if (report.NeedsVerify)
            context.Note("indexes were made anew: run 'lvbackup verify' to check the data");
        if (report.IsGood)
            context.Print(report.NeedsVerify
                ? "no damage is known, but verify has to look"
                : "no damage is known any more");
    }
}
