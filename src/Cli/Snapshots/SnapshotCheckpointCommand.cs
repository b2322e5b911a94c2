using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Snapshots;

namespace LibvirtBackup.Cli.Snapshots;

/// <summary><c>snapshot-checkpoint</c>.</summary>
internal sealed class SnapshotCheckpointCommand : SnapshotCommand
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private readonly Slot _name;
    private readonly Option<string?> _checkpoint;
    private readonly Option<string[]> _diskSpec;
    private readonly Option<string?> _limit;

    internal SnapshotCheckpointCommand()
        : base("snapshot-checkpoint", "Take an external snapshot and a checkpoint of the same instant.")
    {
        _name = AddSlot(new Slot("name", "--name", "the snapshot's name; by the clock when absent", required: false));
        _checkpoint = AddOption(new Option<string?>("--checkpoint")
        {
            Description = "the checkpoint's name; the snapshot's when absent", HelpName = "name",
        });
        _diskSpec = AddOption(SnapshotOptions.DiskSpec());
        _limit = AddOption(new Option<string?>("--pause-limit")
        {
            Description = "how long the guest may be paused (10s)", HelpName = "duration",
        });
    }

    internal override string Details => """
        libvirt has no call for both. So the guest is paused, for some milliseconds, the checkpoint made, and then the
        snapshot. It goes on at the limit, and when this program is killed: a watchdog of its own sees to that. Where
        the guest went on too early, what it wrote in between counts as changed since the checkpoint, which is safe; a
        warning and the JSON field sameInstant say so. Disks that cannot hold bitmaps are in the snapshot alone.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("snapshot-checkpoint web monday", "snapshot and checkpoint 'monday' of all disks"),
    ];

    private protected override Task<SnapshotReport> ActAsync(
        CommandContext context,
        LibvirtConnection connection,
        SnapshotEngine engine,
        CancellationToken cancellationToken)
    {
        var name = context.Slots[_name]
            ?? context.Environment.Time.GetUtcNow().ToUnixTimeSeconds().ToString();
        return engine.CreateAsync(
            connection,
            new SnapshotRequest
            {
                Domain = context.Slots.Get(Domain),
                Name = name,
                Disks = SnapshotDisks.Parse(context.Line.GetValue(_diskSpec) ?? []),
                Checkpoint = context.Line.GetValue(_checkpoint) ?? name,
                PauseLimit = DurationOption.Read(context.Line, _limit, s_limit),
            },
            cancellationToken);
    }

    private protected override string Describe(SnapshotReport report) =>
        $"Domain snapshot {report.Snapshot} and checkpoint {report.Checkpoint} created"
        + (report.Paused is { } paused ? $", the guest was paused for {paused.TotalMilliseconds:0} ms" : "");
}
