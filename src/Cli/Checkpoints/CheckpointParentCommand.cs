using LibvirtBackup.Checkpoints;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-parent</c>.</summary>
internal sealed class CheckpointParentCommand : CliCommand
{
    private readonly Slot _domain;
    private readonly Slot _checkpoint;

    internal CheckpointParentCommand()
        : base("checkpoint-parent", "Print the name of the checkpoint before a checkpoint.")
    {
        _domain = AddSlot(CommandSlots.Domain());
        _checkpoint = AddSlot(CommandSlots.Checkpoint());
    }

    internal override CommandGroup Group => CommandGroup.Checkpoints;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        A checkpoint without a parent is a failure, except with --json (null).
        """;

    internal override IReadOnlyList<Example> Examples =>
        [new("checkpoint-parent web tuesday", "prints 'monday' when 'tuesday' was made after it")];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var (domain, checkpoint) = (context.Slots.Get(_domain), context.Slots.Get(_checkpoint));
        var service = new CheckpointService(await context.ConnectAsync(cancellationToken));
        var parent = await service.GetParentAsync(domain, checkpoint, cancellationToken);
        if (context.Settings.Json)
        {
            context.PrintJson(
                new CheckpointParentDocument(checkpoint, parent), CliJson.Documents.CheckpointParentDocument);
            return ExitCode.Done;
        }

        context.Console.Out.Write(parent ?? throw new BackupException(
            FailureKind.Failed, $"checkpoint '{checkpoint}' of domain '{domain}' has no parent: it is the first"));
        context.PrintExtra("");
        return ExitCode.Done;
    }
}
