using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Progress;
using LibvirtBackup.ImageSets;
using LibvirtBackup.Restores;

namespace LibvirtBackup.Cli.ImageSets;

/// <summary><c>export</c>.</summary>
internal sealed class ExportCommand : CliCommand
{
    private readonly Argument<string> _point = new("point")
    {
        Description = "the point's id, or enough of its beginning to fit one point only",
    };

    private readonly Option<string> _to;
    private readonly Option<bool> _chain;

    internal ExportCommand()
        : base("export", "Write a restore point as qcow2 images with a manifest, for plain QEMU tools.")
    {
        Add(_point);
        _to = AddOption(new Option<string>("--to")
        {
            Description = "the directory of the domain's image set; made when absent",
            HelpName = "dir",
            Required = true,
        });
        _chain = AddFlag("--chain", "the points that it builds on too, each as what differs from the one before");
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        Makes a directory per point, as 'push' does: one image per disk, the definition, and a manifest with sizes and
        hashes. With --chain an image has the one before it as backing file, by a relative path; points that are there
        from an earlier export stay, and later ones are added. Every block is checked against its hash before it is
        written. 'import' reads the set into a repository.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("export 20260131T0200 --to /srv/images/web", "one point, on its own"),
        new("export 20260131T0200 --to /srv/images/web --chain", "with all that it builds on, as a chain"),
    ];

    internal override ValueKind KindAt(int place) => place == 0 ? ValueKind.Point : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new ImageExportRequest
        {
            Point = context.Line.GetRequiredValue(_point),
            Directory = context.Line.GetRequiredValue(_to),
            WithChain = context.Line.GetValue(_chain),
        };
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        ImageExportReport report;
        await using (var display = TransferDisplays.Create(context))
        {
            var progress = new ProgressRelay<RestoreProgress>(
                step => display.Report(step.Disk, step.DoneBytes, step.TotalBytes));
            report = await context.Get<ImageSetExporter>()
                .ExportAsync(repository, request, progress, cancellationToken);
        }

        foreach (var warning in report.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
        {
            context.PrintJson(ExportDocument.Of(report), CliJson.Documents.ExportDocument);
            return ExitCode.Done;
        }

        foreach (var point in report.Points)
            context.Print(point.Directory);
        return ExitCode.Done;
    }
}
