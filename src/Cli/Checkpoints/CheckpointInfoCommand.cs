using LibvirtBackup.Checkpoints;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-info</c>.</summary>
internal sealed class CheckpointInfoCommand : CliCommand
{
    private readonly Slot _domain;
    private readonly Slot _checkpoint;

    internal CheckpointInfoCommand()
        : base("checkpoint-info", "Show a checkpoint's place among the others of its domain.")
    {
        _domain = AddSlot(CommandSlots.Domain());
        _checkpoint = AddSlot(CommandSlots.Checkpoint());
    }

    internal override CommandGroup Group => CommandGroup.Checkpoints;

    internal override bool WorksElsewhere => true;

    internal override IReadOnlyList<Example> Examples =>
        [new("checkpoint-info web monday", "the parent of 'monday' and how many follow it")];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var service = new CheckpointService(await context.ConnectAsync(cancellationToken));
        var info = await service.GetInfoAsync(
            context.Slots.Get(_domain), context.Slots.Get(_checkpoint), cancellationToken);
        if (context.Settings.Json)
        {
            context.PrintJson(
                new CheckpointInfoDocument(info.Domain, info.Name, info.Parent, info.Children, info.Descendants),
                CliJson.Documents.CheckpointInfoDocument);
            return ExitCode.Done;
        }

        context.Print($"{"Name:",-15} {info.Name}");
        context.Print($"{"Domain:",-15} {info.Domain}");
        context.Print($"{"Parent:",-15} {info.Parent ?? "-"}");
        context.Print($"{"Children:",-15} {info.Children}");
        context.Print($"{"Descendants:",-15} {info.Descendants}");
        context.PrintExtra("");
        return ExitCode.Done;
    }
}
