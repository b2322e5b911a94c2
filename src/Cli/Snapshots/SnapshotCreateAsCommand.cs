using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Snapshots;

namespace LibvirtBackup.Cli.Snapshots;

/// <summary><c>snapshot-create-as</c>.</summary>
internal sealed class SnapshotCreateAsCommand : SnapshotCommand
{
    private readonly Slot _name;
    private readonly Slot _description;
    private readonly Option<string[]> _diskSpec;

    internal SnapshotCreateAsCommand()
        : base("snapshot-create-as", "Take an external snapshot of disks, and keep checkpoints true.")
    {
        _name = AddSlot(new Slot("name", "--name", "its name", required: true));
        _description = AddSlot(new Slot("description", "--description", "a note for people", required: false));
        _diskSpec = AddOption(SnapshotOptions.DiskSpec());
    }

    internal override string Details => """
        Each disk goes on in a new qcow2 image, and all bitmaps that record go along. A domain that is shut off is
        started paused for it and stopped again, for libvirt refuses external snapshots of it while there are
        checkpoints. Memory is not taken; 'virsh snapshot-create-as' does that, and is safe for checkpoints too.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("snapshot-create-as web before-upgrade", "all disks"),
        new("snapshot-create-as web s1 --diskspec vda,file=/images/web.s1", "vda alone, in an image of this name"),
    ];

    private protected override Task<SnapshotReport> ActAsync(
        CommandContext context,
        LibvirtConnection connection,
        SnapshotEngine engine,
        CancellationToken cancellationToken) => engine.CreateAsync(
            connection,
            new SnapshotRequest
            {
                Domain = context.Slots.Get(Domain),
                Name = context.Slots.Get(_name),
                Description = context.Slots[_description],
                Disks = SnapshotDisks.Parse(context.Line.GetValue(_diskSpec) ?? []),
            },
            cancellationToken);

    private protected override string Describe(SnapshotReport report) => $"Domain snapshot {report.Snapshot} created";
}
