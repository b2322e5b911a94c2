using LibvirtBackup.Cli.BlockJobs;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Snapshots;

namespace LibvirtBackup.Cli.Snapshots;

/// <summary>What the snapshot commands have in common.</summary>
internal abstract class SnapshotCommand : CliCommand
{
    private protected SnapshotCommand(string name, string purpose)
        : base(name, purpose) => Domain = AddSlot(CommandSlots.Domain());

    internal override CommandGroup Group => CommandGroup.Chains;

    private protected Slot Domain { get; }

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var connection = await context.ConnectAsync(cancellationToken);
        var report = await ActAsync(context, connection, context.Get<SnapshotEngine>(), cancellationToken);
        foreach (var warning in report.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
        {
            context.PrintJson(SnapshotDocument.Of(Name, report), CliJson.Documents.SnapshotDocument);
            return ExitCode.Done;
        }

        context.PrintExtra(Describe(report));
        CheckpointStates.Print(context, report.Checkpoints);
        return ExitCode.Done;
    }

    private protected abstract Task<SnapshotReport> ActAsync(
        CommandContext context,
        LibvirtConnection connection,
        SnapshotEngine engine,
        CancellationToken cancellationToken);

    private protected abstract string Describe(SnapshotReport report);
}
