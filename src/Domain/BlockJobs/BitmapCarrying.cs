using LibvirtBackup.Bitmaps;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.BlockJobs;

/// <summary>
/// The bitmaps that libvirt leaves behind when it takes images out of a chain: it merges those that are persistent,
/// recording and whole, from the highest image that goes down to the first that lacks them, and no others (libvirt 9.0
/// to 12.8). Pure.
/// </summary>
internal static class BitmapCarrying
{
    /// <summary>What has to be carried over by us, with the images that hold it.</summary>
    internal static IReadOnlyList<CarriedBitmap> Find(DiskBitmaps disk, ChainPart part) =>
    [
        .. part.Gone(disk).SelectMany(layer => layer.Bitmaps).Select(bitmap => bitmap.Name)
            .Distinct(StringComparer.Ordinal)
            .Where(name => BitmapOwner.Of(name) is not BitmapOwner.Libvirt)
            .Select(name => Describe(disk, part, name))
            .OfType<CarriedBitmap>(),
    ];

    /// <summary>Names of the bitmaps that go and are in use: persistent, and not broken.</summary>
    internal static IReadOnlyList<string> FindValued(DiskBitmaps disk, ChainPart part) =>
    [
        .. part.Gone(disk).SelectMany(layer => layer.Bitmaps)
            .Where(bitmap => bitmap is { Inconsistent: false, Persistent: true })
            .Select(bitmap => bitmap.Name).Distinct(StringComparer.Ordinal)
            .Where(name => BitmapOwner.Of(name) is not BitmapOwner.Libvirt),
    ];

    /// <summary>Names of the bitmaps that go and say nothing any more.</summary>
    internal static IReadOnlyList<string> FindBroken(DiskBitmaps disk, ChainPart part) =>
    [
        .. part.Gone(disk).SelectMany(layer => layer.Bitmaps).Where(bitmap => bitmap.Inconsistent)
            .Select(bitmap => bitmap.Name).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>One transaction that adds their bits to those of the same names in another image.</summary>
    internal static IReadOnlyList<BitmapAction> Plan(
        IReadOnlyList<CarriedBitmap> carried, string node, IReadOnlyList<BitmapInfo> present)
    {
        var actions = new List<BitmapAction>();
        foreach (var bitmap in carried)
        {
            if (present.All(other => other.Name != bitmap.Name))
                actions.Add(new AddBitmap(node, bitmap.Name)
                {
                    Granularity = bitmap.GranularityBytes,
                    Persistent = bitmap.IsPersistent,
                    Disabled = !bitmap.IsRecording,
                });
            actions.Add(new MergeBitmaps(
                node, bitmap.Name, [.. bitmap.Nodes.Select(source => new BitmapSource(source, bitmap.Name))]));
        }

        return actions;
    }

    /// <summary>
    /// One that is persistent and records everywhere is libvirt's matter, or broken: where an image over it lacks it,
    /// it has missed writes, and must not look whole again. The same is true of any other, which stops then.
    /// </summary>
    private static CarriedBitmap? Describe(DiskBitmaps disk, ChainPart part, string name)
    {
        var parts = part.Gone(disk).Select(layer => (Layer: layer, Bitmap: layer.Find(name)))
            .Where(part => part.Bitmap is { Inconsistent: false })
            .Select(part => (part.Layer, Bitmap: part.Bitmap!)).ToList(); // just filtered
        if (parts.TrueForAll(part => part.Bitmap is { Recording: true, Persistent: true })) return null;
        var covering = disk.Layers.TakeWhile(layer => layer != parts[^1].Layer).Append(parts[^1].Layer);
        return new CarriedBitmap(
            name,
            parts.Min(part => part.Bitmap.GranularityBytes),
            IsRecording: covering.All(layer => layer.Find(name) is { Recording: true, Inconsistent: false }),
            IsPersistent: parts.TrueForAll(part => part.Bitmap.Persistent),
            [.. parts.Select(part => BitmapTarget.Of(part.Layer))]);
    }
}
