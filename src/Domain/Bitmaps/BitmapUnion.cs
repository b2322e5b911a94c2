using LibvirtBackup.Qmp;

namespace LibvirtBackup.Bitmaps;

/// <summary>One bitmap's bits from all images of a chain, in a bitmap on the top one that lives for one question.
/// </summary>
/// <param name="Of">The bitmap.</param>
/// <param name="Layers">The images with it, the one that the guest writes first; all of one size.</param>
/// <param name="Name">What the union is called.</param>
internal sealed record BitmapUnion(BitmapOnDisk Of, IReadOnlyList<BitmapLayer> Layers, string Name)
{
    private string Node => BitmapTarget.Of(Layers[0]);

    /// <summary>Makes it. The finest granularity holds every source exactly.</summary>
    internal IEnumerable<QmpAction> Make() =>
    [
        new AddBitmap(Node, Name)
        {
            Disabled = true,
            Granularity = Layers.Min(layer => layer.Find(Of.Bitmap)!.GranularityBytes), // each has it
        },
        new MergeBitmaps(
            Node, Name, [.. Layers.Select(layer => new BitmapSource(BitmapTarget.Of(layer), Of.Bitmap))]),
    ];

    /// <summary>Its bytes; null when somebody removed it.</summary>
    internal long? Find(IReadOnlyList<BlockNode> nodes) => nodes
        .FirstOrDefault(node => node.NodeName == Node)?.DirtyBitmaps
        .FirstOrDefault(bitmap => bitmap.Name == Name)?.Count;

    internal QmpAction Remove() => new RemoveBitmap(Node, Name);
}
