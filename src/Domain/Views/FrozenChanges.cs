using LibvirtBackup.Bitmaps;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Views;

/// <summary>What a disk's bitmaps know of the changes since a checkpoint, to be copied at a view's instant.</summary>
/// <param name="Checkpoint">The checkpoint.</param>
/// <param name="GranularityBytes">Of its bitmaps.</param>
/// <param name="Sources">Its bitmap in each image that the guest wrote since.</param>
internal sealed record FrozenChanges(
    string Checkpoint, long GranularityBytes, IReadOnlyList<BitmapSource> Sources)
{
    /// <summary>Finds them by libvirt's rule: in the top image, and without a gap in those below.</summary>
    /// <returns>Null when the disk has no such bitmap.</returns>
    /// <exception cref="BackupException">Changes would be missing.</exception>
    internal static FrozenChanges? Find(DiskBitmaps disk, string checkpoint)
    {
        if (disk.Unknown is { } why)
            throw Refuse(disk, checkpoint, why);
        var layers = disk.Layers.TakeWhile(layer => layer.Find(checkpoint) is not null).ToList();
        if (disk.LayersWith(checkpoint).Count() != layers.Count)
            throw Refuse(disk, checkpoint, "its bitmap is missing in an image of the chain");
        if (layers.Count == 0) return null;
        foreach (var layer in layers)
            if (layer.Find(checkpoint) is { Recording: false } or { Inconsistent: true })
                throw Refuse(disk, checkpoint, "its bitmap does not record, or was broken when QEMU was killed");
        return new FrozenChanges(
            checkpoint,
            layers[0].Find(checkpoint)!.GranularityBytes, // see above
            [.. layers.Select(layer => new BitmapSource(layer.Node!, checkpoint))]); // the domain runs
    }

    /// <summary>Copies them to another node, where nothing changes them any more.</summary>
    internal IEnumerable<QmpAction> CopyTo(string node) =>
    [
        new AddBitmap(node, Checkpoint) { Disabled = true, Granularity = GranularityBytes },
        new MergeBitmaps(node, Checkpoint, Sources),
    ];

    private static BackupException Refuse(DiskBitmaps disk, string checkpoint, string why) => new(
        FailureKind.Failed,
        $"it is not known what changed on disk '{disk.Name}' since checkpoint '{checkpoint}': {why}; leave --since "
        + "out, or choose another checkpoint");
}
