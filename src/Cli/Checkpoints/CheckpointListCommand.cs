using System.CommandLine;
using LibvirtBackup.Checkpoints;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-list</c>.</summary>
internal sealed class CheckpointListCommand : CliCommand
{
    private readonly Slot _domain;
    private readonly Option<bool> _parent;
    private readonly Option<bool> _roots;
    private readonly Option<bool> _leaves;
    private readonly Option<bool> _noLeaves;
    private readonly Option<bool> _tree;
    private readonly Option<string?> _from;
    private readonly Option<bool> _descendants;
    private readonly Option<bool> _name;
    private readonly Option<bool> _topological;

    internal CheckpointListCommand()
        : base("checkpoint-list", "List the checkpoints of a domain.")
    {
        _domain = AddSlot(CommandSlots.Domain());
        _parent = AddFlag("--parent", "add a column with the parents");
        _roots = AddFlag("--roots", "only those without a parent");
        _leaves = AddFlag("--leaves", "only those without children");
        _noLeaves = AddFlag("--no-leaves", "only those with children");
        _tree = AddFlag("--tree", "draw them as a tree");
        _from = AddOption(new Option<string?>("--from")
        {
            Description = "only the children of this checkpoint",
            HelpName = "checkpoint",
        });
        _descendants = AddFlag("--descendants", "with --from: children of children as well");
        _name = AddFlag("--name", "names only, one a line");
        _topological = AddFlag("--topological", "parents before children instead of by name");
    }

    internal override CommandGroup Group => CommandGroup.Checkpoints;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        With --json each disk has the bytes that an incremental backup since the checkpoint would copy (null while the
        domain is not running).
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("checkpoint-list web", "the checkpoints of 'web' by name, with their times"),
        new("checkpoint-list web --tree", "which follows which"),
        new("checkpoint-list web --json", "with parents, disks and changed bytes, for scripts"),
    ];

    internal override ValueKind KindOf(Option option) =>
        option == _from ? ValueKind.Checkpoint : base.KindOf(option);

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        RefuseContradictions(context.Line);
        var json = context.Settings.Json;
        var filter = new CheckpointFilter
        {
            From = context.Line.GetValue(_from),
            Descendants = context.Line.GetValue(_descendants),
            Roots = context.Line.GetValue(_roots),
            Leaves = context.Line.GetValue(_leaves),
            NoLeaves = context.Line.GetValue(_noLeaves),
            Topological = context.Line.GetValue(_topological),
        };
        var service = new CheckpointService(await context.ConnectAsync(cancellationToken));
        var checkpoints = await service.ListAsync(
            context.Slots.Get(_domain), filter, withDirtyBytes: json, cancellationToken);
        if (json)
            context.PrintJson(CheckpointListDocument.Of(checkpoints), CliJson.Documents.CheckpointListDocument);
        else
            Print(context, checkpoints, filter.From);
        return ExitCode.Done;
    }

    private void Print(CommandContext context, IReadOnlyList<CheckpointSummary> checkpoints, string? from)
    {
        var output = context.Console.Out;
        if (context.Line.GetValue(_tree))
        {
            CheckpointTree.Write(output, checkpoints, from);
        }
        else if (context.Line.GetValue(_name))
        {
            foreach (var checkpoint in checkpoints)
                output.WriteLine(checkpoint.Name);
        }
        else
        {
            CheckpointTable.Write(output, checkpoints, context.Line.GetValue(_parent), !context.Settings.Quiet,
                context.Environment.Time.LocalTimeZone);
        }

        context.PrintExtra("");
    }

    private void RefuseContradictions(ParseResult line)
    {
        (Option<bool>, Option)[] contradictions =
        [
            (_parent, _roots), (_parent, _tree), (_roots, _tree), (_roots, _from), (_leaves, _tree), (_noLeaves, _tree),
            (_tree, _name),
        ];
        foreach (var (one, other) in contradictions)
        {
            if (line.GetResult(one) is { Implicit: false } && line.GetResult(other) is { Implicit: false })
                throw new BackupException(FailureKind.Usage, $"{Name}: {one.Name} and {other.Name} exclude each other");
        }

        if (line.GetValue(_descendants) && line.GetValue(_from) is null)
            throw new BackupException(FailureKind.Usage, $"{Name}: --descendants needs --from");
    }
}
