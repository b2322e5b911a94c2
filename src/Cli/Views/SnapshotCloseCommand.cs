using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Views;

namespace LibvirtBackup.Cli.Views;

/// <summary><c>snapshot-close</c>.</summary>
internal sealed class SnapshotCloseCommand : CliCommand
{
    private readonly Argument<string[]> _names = new("name")
    {
        Description = "the views", Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _all;

    internal SnapshotCloseCommand()
        : base("snapshot-close", "Close temporary snapshots, and free their scratch space.")
    {
        Add(_names);
        _all = AddFlag("--all", "all views of this host");
    }

    internal override CommandGroup Group => CommandGroup.Views;

    internal override string Details => """
        Exports of the views are stopped. It also clears what is left of views that were dropped, that ended with their
        domain, or that an interrupted program has left half open.
        """;

    internal override IReadOnlyList<Example> Examples =>
        [new("snapshot-close before-upgrade", "one"), new("snapshot-close --all", "all")];

    internal override ValueKind KindAt(int place) => ValueKind.View;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var service = context.Get<ViewService>();
        var names = context.Line.GetValue(_names) ?? [];
        if (names.Length == 0 != context.Line.GetValue(_all))
            throw new BackupException(FailureKind.Usage, "name the views to close, or give --all");
        if (names.Length == 0) names = [.. service.ListNames()];
        foreach (var name in names)
        {
            await service.CloseAsync(await context.ConnectAsync(cancellationToken), name, cancellationToken);
            context.Note($"closed view '{name}'");
        }

        if (context.Settings.Json)
            context.PrintJson(new SnapshotCloseDocument(names), CliJson.Documents.SnapshotCloseDocument);
        return ExitCode.Done;
    }
}
