namespace LibvirtBackup.Bitmaps;

/// <summary>The bitmaps of one disk, image by image.</summary>
internal sealed record DiskBitmaps
{
    /// <summary>The target (<c>vda</c>).</summary>
    public required string Name { get; init; }

    /// <summary>The images of the chain, the one that the guest writes first; empty when they are unknown.</summary>
    public required IReadOnlyList<BitmapLayer> Layers { get; init; }

    /// <summary>
    /// One line that says why nothing is known of the disk's bitmaps, which is not the same as that it has none; null
    /// when <see cref="Layers"/> is what there is.
    /// </summary>
    public string? Unknown { get; init; }

    /// <summary>Finds the layers that hold a bitmap, the one that the guest writes first.</summary>
    /// <param name="name">The name, compared exactly.</param>
    public IEnumerable<BitmapLayer> LayersWith(string name) => Layers.Where(layer => layer.Find(name) is not null);

    /// <summary>Finds the layers that an incremental backup since a bitmap would use, by libvirt's rule.</summary>
    /// <param name="name">The name, compared exactly.</param>
    /// <returns>
    /// From the top layer down to the first without it; none when a bitmap follows after a gap, or when one of them
    /// does not record, is not stored, or was broken.
    /// </returns>
    internal IReadOnlyList<BitmapLayer> UsableLayersWith(string name)
    {
        var layers = Layers.TakeWhile(layer => layer.Find(name) is not null).ToList();
        return layers.Count == LayersWith(name).Count() && layers.All(layer =>
            layer.Find(name) is { Recording: true, Persistent: true, Inconsistent: false }) ? layers : [];
    }
}
