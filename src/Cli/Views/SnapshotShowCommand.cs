using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Views;

namespace LibvirtBackup.Cli.Views;

/// <summary><c>snapshot-show</c>.</summary>
internal sealed class SnapshotShowCommand : CliCommand
{
    private readonly Argument<string> _name = new("name") { Description = "the view" };

    internal SnapshotShowCommand()
        : base("snapshot-show", "Show a temporary snapshot in XML: its instant, state, disks and scratch space.") =>
        Add(_name);

    internal override CommandGroup Group => CommandGroup.Views;

    internal override string Details => """
        For each disk: its size, what its scratch image takes and may take, and the checkpoints since which it is known
        what changed. All sizes are in bytes.
        """;

    internal override IReadOnlyList<Example> Examples => [new("snapshot-show before-upgrade --json", "for scripts")];

    internal override ValueKind KindAt(int place) => place == 0 ? ValueKind.View : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var name = context.Line.GetValue(_name)!; // the parser wants it
        var view = ViewEntry.Of(await context.Get<ViewService>().GetAsync(
            await context.ConnectAsync(cancellationToken), name, cancellationToken));
        if (context.Settings.Json)
            context.PrintJson(new SnapshotViewDocument(Name, view, []), CliJson.Documents.SnapshotViewDocument);
        else
            context.Print(ViewXml.Write(view));
        return ExitCode.Done;
    }
}
