using System.CommandLine;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Bitmaps;

/// <summary><c>bitmap-merge</c>.</summary>
internal sealed class BitmapMergeCommand : CliCommand
{
    private readonly Argument<string> _domain = new("domain") { Description = "the domain: name, UUID or id" };
    private readonly Argument<string> _disk = new("disk") { Description = "the disk by its target, such as vda" };
    private readonly Argument<string[]> _sources = new("source")
    {
        Description = "a bitmap of the disk; may be several",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _into;
    private readonly Option<bool> _adopt;
    private readonly Option<bool> _force;

    internal BitmapMergeCommand()
        : base("bitmap-merge", "Make a bitmap of a disk that holds what others hold, and records from then on.")
    {
        Add(_domain);
        Add(_disk);
        Add(_sources);
        _into = AddOption(new Option<string>("--into")
        {
            Description = "the new bitmap's name", HelpName = "name", Required = true,
        });
        _adopt = AddFlag("--adopt", "make it a checkpoint as well, from which backups can be made");
        _force = AddFlag("--force", "take a name that belongs to others, and sources that lost changes");
    }

    internal override CommandGroup Group => CommandGroup.Bitmaps;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        The sources are read from all images of the disk's chain and stay as they are; the new bitmap is in the image
        that the guest writes, and as fine as the finest of them. While the domain runs that is one moment of its QEMU,
        and no write is lost; of a domain that is shut off qemu-img changes the image, which nobody may have open.
        With --adopt one source at least has to be recording.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("bitmap-merge web vda --into week monday tuesday", "what changed since either, and changes from now on"),
        new("bitmap-merge web vda --into week monday --adopt", "a checkpoint that covers all since 'monday'"),
    ];

    internal override ValueKind KindAt(int place) => place switch
    {
        0 => ValueKind.Domain,
        1 => ValueKind.Other,
        _ => ValueKind.Checkpoint, // other bitmaps are known to QEMU only, and asking it taints the domain
    };

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var service = new BitmapService(await context.ConnectAsync(cancellationToken), context.Environment.Time);
        var merge = new BitmapMerge
        {
            Into = context.Line.GetRequiredValue(_into),
            Sources = context.Line.GetRequiredValue(_sources),
            Adopt = context.Line.GetValue(_adopt),
            Force = context.Line.GetValue(_force),
        };
        var report = await service.MergeAsync(
            context.Line.GetRequiredValue(_domain), context.Line.GetRequiredValue(_disk), merge, cancellationToken);
        if (context.Settings.Json)
        {
            context.PrintJson(BitmapMergeDocument.Of(report, merge), CliJson.Documents.BitmapMergeDocument);
            return ExitCode.Done;
        }

        var kind = report.Checkpoint is null ? "Bitmap" : "Checkpoint";
        context.Note($"{kind} {merge.Into} made on disk {report.Disk} of domain {report.Domain}");
        return ExitCode.Done;
    }
}
