using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Snapshots;

namespace LibvirtBackup.Cli.Snapshots;

/// <summary><c>snapshot-delete</c>.</summary>
internal sealed class SnapshotDeleteCommand : SnapshotCommand
{
    private readonly Slot _name;
    private readonly Option<bool> _dropBitmaps;

    internal SnapshotDeleteCommand()
        : base("snapshot-delete", "Delete a snapshot, keep what was written since, and keep checkpoints true.")
    {
        _name = AddSlot(new Slot("snapshot", "--snapshotname", "the snapshot's name", required: true));
        _dropBitmaps = AddFlag("--drop-bitmaps", "go on where libvirt drops bitmaps that do not record");
    }

    internal override string Details => """
        An external snapshot is merged into its images, since libvirt 9.0. A domain that is shut off is started paused
        for it and stopped again. Every checkpoint is looked at afterwards.
        """;

    internal override IReadOnlyList<Example> Examples => [new("snapshot-delete web before-upgrade", "it went well")];

    private protected override Task<SnapshotReport> ActAsync(
        CommandContext context,
        LibvirtConnection connection,
        SnapshotEngine engine,
        CancellationToken cancellationToken) => engine.DeleteAsync(
            connection, context.Slots.Get(Domain), context.Slots.Get(_name), context.Line.GetValue(_dropBitmaps),
            cancellationToken);

    private protected override string Describe(SnapshotReport report) => $"Domain snapshot {report.Snapshot} deleted";
}
