using System.Text.Json.Serialization;
using LibvirtBackup.Bitmaps;

namespace LibvirtBackup.Cli.Bitmaps;

/// <summary><c>bitmap-list --json</c>.</summary>
/// <param name="Domain">The domain's name.</param>
/// <param name="Running">Whether QEMU was asked, or else the images.</param>
/// <param name="Disks">The disks that are not empty drives.</param>
/// <param name="Elsewhere">Bitmaps of nodes that belong to no disk, such as a backup's scratch image.</param>
internal sealed record BitmapListDocument(
    string Domain,
    bool Running,
    IReadOnlyList<BitmapListDocument.BitmapDisk> Disks,
    IReadOnlyList<BitmapListDocument.ListedBitmap> Elsewhere)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/bitmap-list/1";

    internal static BitmapListDocument Of(BitmapInventory inventory) => new(
        inventory.Domain,
        inventory.IsRunning,
        [.. inventory.Disks.Select(disk => new BitmapDisk(disk.Name, disk.Unknown, Flatten(disk.Layers)))],
        Flatten(inventory.Elsewhere));

    /// <summary>The word for an owner.</summary>
    internal static string OwnerOf(BitmapInfo bitmap) => bitmap.Owner switch
    {
        BitmapOwner.Product => "lvbackup",
        BitmapOwner.Libvirt => "libvirt",
        _ => "foreign",
    };

    private static IReadOnlyList<ListedBitmap> Flatten(IReadOnlyList<BitmapLayer> layers) =>
    [
        .. layers.SelectMany((layer, depth) => layer.Bitmaps.Select(bitmap => ListedBitmap.Of(layer, depth, bitmap))),
    ];

    /// <summary>One disk; <c>unknown</c> says why nothing is known of it, or is null.</summary>
    internal sealed record BitmapDisk(string Name, string? Unknown, IReadOnlyList<ListedBitmap> Bitmaps);

    /// <summary>
    /// One bitmap: <c>node</c> is the block node of a running domain or else the image file, <c>layer</c> counts the
    /// images of the chain from 0, that which the guest writes. Repository and track are null but for our own.
    /// </summary>
    internal sealed record ListedBitmap(
        string Name, string Node, string Image, int Layer, long GranularityBytes, long? DirtyBytes, bool Recording,
        bool Persistent, bool Busy, bool Inconsistent, string Owner, string? Repository, string? Track)
    {
        internal static ListedBitmap Of(BitmapLayer layer, int depth, BitmapInfo bitmap)
        {
            var ours = bitmap.Owner as BitmapOwner.Product;
            return new ListedBitmap(
                bitmap.Name, layer.Node ?? layer.File, layer.File, depth, bitmap.GranularityBytes, bitmap.DirtyBytes,
                bitmap.Recording, bitmap.Persistent, bitmap.Busy, bitmap.Inconsistent, OwnerOf(bitmap),
                ours?.RepositoryId, ours?.Track);
        }
    }
}
