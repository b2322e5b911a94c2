using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Repositories.Maintenance;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>gc</c>.</summary>
internal sealed class GcCommand : CliCommand
{
    private readonly Option<bool> _dryRun;

    internal GcCommand()
        : base("gc", "Free the space that no restore point needs.") =>
        _dryRun = AddFlag("--dry-run", "only say how much would be freed, about");

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        Backups and restores may go on meanwhile: what one of them may rely on is left to a later run. Files that hold
        little that is needed are written anew; where the disk is too full for that, the rest is done. It may be ended
        at any time. Only one gc or repair runs at a time (exit code 5).
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("gc", "after 'prune' or 'forget'"),
        new("gc --dry-run --json", "how much it would free, for scripts"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var collector = new GarbageCollector(context.Environment.Time);
        var isDryRun = context.Line.GetValue(_dryRun);
        var report = isDryRun
            ? await collector.EstimateAsync(repository, cancellationToken)
            : await collector.CollectAsync(repository, cancellationToken);
        foreach (var warning in report.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
            context.PrintJson(GcDocument.Of(report, isDryRun), CliJson.Documents.GcDocument);
        else
            Print(context, report, isDryRun);
        return ExitCode.Done;
    }

    private static void Print(CommandContext context, GcReport report, bool isDryRun)
    {
        if (isDryRun)
        {
            context.Print($"would free about {SizeText.Format(report.RemovedBytes)}");
            return;
        }

        if (report is { RemovedObjects: 0, DeferredBytes: 0 })
        {
            context.Print("freed 0 B");
            context.Note("points need all that is stored");
            return;
        }

        context.Print($"freed {SizeText.Format(Math.Max(0, report.RemovedBytes - report.WrittenBytes))}");
        context.Note($"removed {report.RemovedObjects} files of {SizeText.Format(report.RemovedBytes)}, "
            + $"wrote {SizeText.Format(report.WrittenBytes)} anew");
        if (report.DeferredBytes > 0)
        {
            context.Note($"{SizeText.Format(report.DeferredBytes)} more are left to the next gc: backups or restores "
                + "at work may rely on them");
        }
    }
}
