using System.CommandLine;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Bitmaps;

/// <summary><c>bitmap-remove</c>.</summary>
internal sealed class BitmapRemoveCommand : CliCommand
{
    private readonly Argument<string> _domain = new("domain") { Description = "the domain: name, UUID or id" };
    private readonly Argument<string> _disk = new("disk") { Description = "the disk by its target, such as vda" };
    private readonly Argument<string[]> _names = new("name")
    {
        Description = "a bitmap of the disk; may be several",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> _force;

    internal BitmapRemoveCommand()
        : base("bitmap-remove", "Remove bitmaps of a disk, inconsistent ones too.")
    {
        Add(_domain);
        Add(_disk);
        Add(_names);
        _force = AddFlag("--force", "remove bitmaps of libvirt's own or of other programs");
    }

    internal override CommandGroup Group => CommandGroup.Bitmaps;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        Bitmaps of checkpoints are never removed here: 'lvbackup checkpoint-delete' does that, and libvirt knows of it.
        Bitmaps that no backup of this product made need --force. Only the image that the guest writes is changed; one
        of a domain that is shut off may be open nowhere.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("bitmap-remove web vda old --force", "remove a bitmap that was made by hand"),
    ];

    internal override ValueKind KindAt(int place) => place == 0 ? ValueKind.Domain : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var service = new BitmapService(await context.ConnectAsync(cancellationToken), context.Environment.Time);
        var report = await service.RemoveAsync(
            context.Line.GetRequiredValue(_domain),
            context.Line.GetRequiredValue(_disk),
            context.Line.GetRequiredValue(_names),
            context.Line.GetValue(_force),
            cancellationToken);
        foreach (var warning in report.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
            context.PrintJson(BitmapRemoveDocument.Of(report), CliJson.Documents.BitmapRemoveDocument);
        else
            foreach (var name in report.Bitmaps)
                context.Print(name);
        return ExitCode.Done;
    }
}
