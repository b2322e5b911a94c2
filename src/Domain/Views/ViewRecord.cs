namespace LibvirtBackup.Views;

/// <summary>What is written down of a view before QEMU is asked for anything: enough to find and clear all of it.
/// </summary>
internal sealed record ViewRecord
{
    public required string Name { get; init; }

    /// <summary>Eight letters that are in the names of all that is its own in QEMU.</summary>
    public required string Id { get; init; }

    public required Guid DomainUuid { get; init; }

    public required string Domain { get; init; }

    /// <summary>The directory of the scratch images, its own.</summary>
    public required string Scratch { get; init; }

    /// <summary>The instant that it shows, or, while it is opened, when that was begun.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>
    /// True when this QEMU drops a view whose scratch image cannot be written; false when that image got all its space
    /// before, because this QEMU would fail the guest's write.
    /// </summary>
    public required bool CanDrop { get; init; }

    public required ViewPhase Phase { get; init; }

    /// <summary>In the order of the names in QEMU.</summary>
    public required IReadOnlyList<ViewDisk> Disks { get; init; }

    /// <summary>What a disk's nodes are called.</summary>
    internal ViewNodes NodesOf(int disk) => new(Id, disk);

    /// <summary>
    /// The node that shows a disk. Where views can be dropped it is one that knows so. It is not used else: QEMU 7.2
    /// takes what the guest zeroed later for zeroes there. Then it is the scratch image, with the disk behind it.
    /// </summary>
    internal string AccessOf(int disk) => CanDrop ? NodesOf(disk).Access : NodesOf(disk).Scratch;

    internal string ScratchOf(ViewDisk disk) => Path.Combine(Scratch, $"{disk.Name}.scratch");
}
