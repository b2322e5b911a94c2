using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Progress;
using LibvirtBackup.Cli.Restores;
using LibvirtBackup.Imports;

namespace LibvirtBackup.Cli.Imports;

/// <summary><c>import</c>.</summary>
internal sealed class ImportCommand : CliCommand
{
    private readonly Argument<string?> _directory = new("dir")
    {
        Description = "an image set ('push', 'export'), or a backup of virtnbdbackup",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> _disk;
    private readonly Option<string[]> _format;
    private readonly Option<string?> _definition;
    private readonly Option<string?> _track;
    private readonly Option<string?> _scratch;

    internal ImportCommand()
        : base("import", "Make restore points of images, or of a backup that virtnbdbackup took.")
    {
        Add(_directory);
        _disk = AddOption(new Option<string[]>("--disk")
        {
            Description = "instead of a directory: this image is this disk (vda=web.qcow2); repeatable",
            HelpName = "disk=file",
        });
        _format = AddOption(new Option<string[]>("--format")
        {
            Description = "with --disk: the file of this disk is raw or qcow2 (default: as the definition says); "
                + "repeatable",
            HelpName = "disk=format",
        });
        _definition = AddOption(new Option<string?>("--definition")
        {
            Description = "with --disk: the domain's definition, as 'virsh dumpxml --inactive' has it",
            HelpName = "file",
        });
        _track = AddOption(new Option<string?>("--track")
        {
            Description = "the track of the points (default: imported)",
            HelpName = "track",
        });
        _scratch = AddOption(new Option<string?>("--scratch")
        {
            Description = "where a virtnbdbackup backup is put together (default: the state directory)",
            HelpName = "dir",
        });
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        Every point becomes a restore point of its own, which no backup builds on. An image set is compared with its
        manifests first, every image whole. Of a virtnbdbackup directory every file is read to its end first, and they
        are taken in the order of their checkpoints; a file that is missing, unfinished, cut, or does not fit is named,
        and nothing is imported. Points that an earlier import has made are not made again. What format a single image
        has is never guessed: its definition says it, or --format.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("import /srv/images/web", "all points of an image set"),
        new("import /srv/virtnbdbackup/web", "all points of a virtnbdbackup backup"),
        new("import --disk vda=web.qcow2 --definition web.xml", "one point of an image and all that lies behind it"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new ImportRequest
        {
            Directory = context.Line.GetValue(_directory),
            Images = TargetOption.Parse(context.Line.GetValue(_disk) ?? [], Name),
            Formats = TargetOption.Parse(context.Line.GetValue(_format) ?? [], Name),
            Definition = context.Line.GetValue(_definition),
            Track = context.Line.GetValue(_track) ?? "imported",
            ScratchDirectory = context.Line.GetValue(_scratch) is { } scratch ? Path.GetFullPath(scratch) : null,
        };
        request.Validate();
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        ImportReport report;
        await using (var display = TransferDisplays.Create(context))
        {
            var progress = new ProgressRelay<ImportProgress>(
                step => display.Report(step.Disk, step.DoneBytes, step.TotalBytes));
            report = await context.Get<ImportEngine>().ImportAsync(repository, request, progress, cancellationToken);
        }

        foreach (var warning in report.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
        {
            context.PrintJson(
                new ImportDocument(report.Points, report.Warnings), CliJson.Documents.ImportDocument);
            return ExitCode.Done;
        }

        foreach (var point in report.Points)
        {
            context.Note(point.IsNew
                ? $"{point.Domain}: {point.Origin}: read {SizeText.Format(point.ReadBytes)}, stored "
                    + SizeText.Format(point.StoredBytes)
                : $"{point.Domain}: {point.Origin}: imported before");
            context.Print(point.Point);
        }

        return ExitCode.Done;
    }
}
