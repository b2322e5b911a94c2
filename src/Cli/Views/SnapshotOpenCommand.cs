using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Views;

namespace LibvirtBackup.Cli.Views;

/// <summary><c>snapshot-open</c>.</summary>
internal sealed class SnapshotOpenCommand : CliCommand
{
    private readonly Argument<string> _domain = new("domain") { Description = "a running domain: name, UUID or id" };

    private readonly Option<string?> _name;
    private readonly Option<string[]> _disks;
    private readonly Option<string[]> _since;
    private readonly Option<string?> _directory;
    private readonly Option<string?> _limit;

    internal SnapshotOpenCommand()
        : base("snapshot-open", "Open a temporary snapshot: a view of a running domain's disks as they are now.")
    {
        Add(_domain);
        _name = AddOption(new Option<string?>("--name")
        {
            Description = "what to call the view on this host (default: one that is made up)", HelpName = "name",
        });
        _disks = AddOption(new Option<string[]>("--disk")
        {
            Description = "only this disk; may be repeated (default: all that the guest can write)",
            HelpName = "target",
        });
        _since = AddOption(new Option<string[]>("--since")
        {
            Description = "also keep what changed since this checkpoint, to be read as qemu:dirty-bitmap:CHECKPOINT; "
                + "may be repeated",
            HelpName = "checkpoint",
        });
        _directory = AddOption(new Option<string?>("--scratch-dir")
        {
            Description = "where to keep what the guest overwrites (default: in the state directory)",
            HelpName = "directory",
        });
        _limit = AddOption(new Option<string?>("--scratch-limit")
        {
            Description = "how much of that may be kept for each disk (default: all disks together half of what is "
                + "free)",
            HelpName = "size",
        });
    }

    internal override CommandGroup Group => CommandGroup.Views;

    internal override string Details => """
        All disks are of one instant, as after a power cut, and can be read with 'serve --view' and 'export-start
        --view' until the view is closed. The guest is not paused. Before it overwrites something for the first time,
        that is copied to a scratch image. When there is no room left the view is dropped, and the guest goes on; a QEMU
        that cannot do that (11.1 can, 10.0 cannot) gets room for whole disks at once. Any number of views can be open,
        and backups run beside them. A view ends with its QEMU. See docs/views.md.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("snapshot-open web --name before-upgrade", "all disks"),
        new("snapshot-open web --disk vda --since monday --scratch-limit 4GiB", "with what changed since a checkpoint"),
    ];

    internal override ValueKind KindAt(int place) => ValueKind.Domain;

    internal override ValueKind KindOf(Option option) =>
        option == _since ? ValueKind.Checkpoint : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var line = context.Line;
        var view = await context.Get<ViewService>().OpenAsync(
            await context.ConnectAsync(cancellationToken),
            new ViewRequest
            {
                Domain = line.GetValue(_domain)!, // the parser wants it
                Name = line.GetValue(_name),
                Disks = line.GetValue(_disks) ?? [],
                Since = line.GetValue(_since) ?? [],
                ScratchDirectory = line.GetValue(_directory),
                ScratchLimit = SizeOption.Read(line, _limit),
            },
            cancellationToken);
        foreach (var warning in view.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
            context.PrintJson(
                new SnapshotViewDocument(Name, ViewEntry.Of(view), view.Warnings),
                CliJson.Documents.SnapshotViewDocument);
        else
            context.Print(view.Name);
        return ExitCode.Done;
    }
}
