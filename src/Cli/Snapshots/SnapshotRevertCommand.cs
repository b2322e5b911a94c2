using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Snapshots;

namespace LibvirtBackup.Cli.Snapshots;

/// <summary><c>snapshot-revert</c>.</summary>
internal sealed class SnapshotRevertCommand : SnapshotCommand
{
    private readonly Slot _name;
    private readonly Option<bool> _running;
    private readonly Option<bool> _paused;

    internal SnapshotRevertCommand()
        : base("snapshot-revert", "Take a domain's disks back to a snapshot, with the checkpoints that it had.")
    {
        _name = AddSlot(new Slot("snapshot", "--snapshotname", "the snapshot's name", required: true));
        _running = AddFlag("--running", "run the domain afterwards");
        _paused = AddFlag("--paused", "start the domain paused afterwards");
    }

    internal override string Details => """
        What was written since is lost. Checkpoints from before the snapshot go on, and the next backup starts from the
        newest of those; later ones are of no use any more. External snapshots need libvirt 9.9. Internal snapshots are
        refused while any disk has a bitmap: QEMU would end, and break all of them. libvirt leaves the domain shut off
        where the snapshot is of disks only; --running starts it.
        """;

    internal override IReadOnlyList<Example> Examples =>
        [new("snapshot-revert web before-upgrade --running", "it did not go well")];

    private protected override Task<SnapshotReport> ActAsync(
        CommandContext context,
        LibvirtConnection connection,
        SnapshotEngine engine,
        CancellationToken cancellationToken)
    {
        var (running, paused) = (context.Line.GetValue(_running), context.Line.GetValue(_paused));
        if (running && paused)
            throw new BackupException(FailureKind.Usage, "--running and --paused cannot both be given");
        return engine.RevertAsync(
            connection, context.Slots.Get(Domain), context.Slots.Get(_name),
            running ? AfterRevert.Running : paused ? AfterRevert.Paused : AfterRevert.AsThen, cancellationToken);
    }

    private protected override string Describe(SnapshotReport report) =>
        $"Domain {report.Domain} reverted to snapshot {report.Snapshot}";
}
