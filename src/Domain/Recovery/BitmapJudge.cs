using LibvirtBackup.Bitmaps;
using LibvirtBackup.Recovery.Table;

namespace LibvirtBackup.Recovery;

/// <summary>Says how a bitmap is, from what libvirt, the audit, and a close look tell of it.</summary>
/// <param name="isRunning">True when QEMU was asked for sizes.</param>
/// <param name="known">Our checkpoints that libvirt knows.</param>
/// <param name="doubts">What the audit has against them.</param>
/// <param name="inventory">The bitmaps themselves, or null when nobody looked.</param>
/// <param name="granularities">Bytes per bit that they were made with, where that is known.</param>
internal sealed class BitmapJudge(
    bool isRunning,
    IReadOnlyDictionary<string, TrackedCheckpoint> known,
    IReadOnlyDictionary<CheckpointOnDisk, string> doubts,
    BitmapInventory? inventory,
    IReadOnlyDictionary<CheckpointOnDisk, long> granularities)
{
    internal BitmapCondition Judge(string checkpoint, string disk)
    {
        if (disk.Length == 0) return BitmapCondition.Absent;
        var tracked = known.GetValueOrDefault(checkpoint);
        var isTracked = tracked?.Disks.ContainsKey(disk) ?? false;
        var isUsable = isTracked && tracked!.Disks[disk] is not null; // tracked, so not null
        var condition = Inspect(checkpoint, disk)
            ?? (isUsable ? BitmapCondition.Valid
                : isTracked && isRunning ? BitmapCondition.Unusable
                : BitmapCondition.Unseen);
        if (condition != BitmapCondition.Valid) return condition;
        if (isTracked && isRunning && !isUsable) return BitmapCondition.Unusable;
        return doubts.ContainsKey(new(checkpoint, disk)) ? BitmapCondition.Shrunk : BitmapCondition.Valid;
    }

    /// <summary>libvirt uses a bitmap from the top layer down to the first that lacks it; none may follow.</summary>
    private BitmapCondition? Inspect(string name, string disk)
    {
        if (inventory is null) return null;
        if (inventory.FindDisk(disk) is not { } found) return BitmapCondition.Absent;
        if (found.Unknown is not null) return null;
        var chain = found.Layers.Select(layer => layer.Find(name)).ToList();
        if (chain is [] or [null, ..]) return BitmapCondition.Absent;
        var unbroken = chain.TakeWhile(bitmap => bitmap is not null).OfType<BitmapInfo>().ToList();
        var granularity = granularities.GetValueOrDefault(new(name, disk), unbroken[0].GranularityBytes);
        return unbroken.Any(bitmap => bitmap.Inconsistent) ? BitmapCondition.Inconsistent
            : unbroken.Any(bitmap => !bitmap.Recording) ? BitmapCondition.Disabled
            : unbroken.Any(bitmap => !bitmap.Persistent) ? BitmapCondition.Transient
            : chain.Skip(unbroken.Count).Any(bitmap => bitmap is not null) ? BitmapCondition.Unusable
            : unbroken.Any(bitmap => bitmap.GranularityBytes != granularity) ? BitmapCondition.WrongGranularity
            : BitmapCondition.Valid;
    }
}
