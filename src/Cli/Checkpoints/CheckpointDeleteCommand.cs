using System.CommandLine;
using LibvirtBackup.Checkpoints;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-delete</c>.</summary>
internal sealed class CheckpointDeleteCommand : CliCommand
{
    private readonly Slot _domain;
    private readonly Slot _checkpoint;
    private readonly Option<bool> _children;
    private readonly Option<bool> _childrenOnly;
    private readonly Option<bool> _metadata;

    internal CheckpointDeleteCommand()
        : base("checkpoint-delete", "Delete a checkpoint, and with it the record of what changed since.")
    {
        _domain = AddSlot(CommandSlots.Domain());
        _checkpoint = AddSlot(CommandSlots.Checkpoint());
        _children = AddFlag("--children", "and all that follow it");
        _childrenOnly = AddFlag("--children-only", "not it, but all that follow it");
        _metadata = AddFlag("--metadata", "only libvirt's description; the bitmaps stay on the disks");
    }

    internal override CommandGroup Group => CommandGroup.Checkpoints;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        Other checkpoints keep recording: each has bitmaps of its own. An incremental backup since the deleted
        checkpoint is no longer possible.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("checkpoint-delete web monday", "stop recording for 'monday'"),
        new("checkpoint-delete web monday --metadata", "forget a checkpoint whose bitmaps are gone"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var (domain, checkpoint) = (context.Slots.Get(_domain), context.Slots.Get(_checkpoint));
        var deletion = new CheckpointDeletion
        {
            Children = context.Line.GetValue(_children),
            ChildrenOnly = context.Line.GetValue(_childrenOnly),
            MetadataOnly = context.Line.GetValue(_metadata),
        };
        if (deletion is { Children: true, ChildrenOnly: true })
        {
            throw new BackupException(
                FailureKind.Usage, $"{Name}: {_children.Name} and {_childrenOnly.Name} exclude each other");
        }

        var service = new CheckpointService(await context.ConnectAsync(cancellationToken));
        await service.DeleteAsync(domain, checkpoint, deletion, cancellationToken);
        if (context.Settings.Json)
        {
            context.PrintJson(
                new CheckpointDeletedDocument(domain, checkpoint, deletion.Children, deletion.ChildrenOnly,
                    deletion.MetadataOnly),
                CliJson.Documents.CheckpointDeletedDocument);
            return ExitCode.Done;
        }

        var what = deletion.ChildrenOnly ? " children" : "";
        context.PrintExtra($"Domain checkpoint {checkpoint}{what} deleted");
        context.PrintExtra("");
        return ExitCode.Done;
    }
}
