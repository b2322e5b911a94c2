using LibvirtBackup.Bitmaps;
using LibvirtBackup.Cli.Output;

namespace LibvirtBackup.Cli.Bitmaps;

/// <summary>The table of <c>bitmap-list</c>.</summary>
internal static class BitmapTable
{
    private static readonly string[] s_titles = ["Disk", "Bitmap", "Dirty", "Granularity", "State", "Owner", "Image"];

    internal static void Write(TextWriter output, BitmapInventory inventory, bool heading)
    {
        var rows = inventory.Disks.SelectMany(disk => disk.Layers.SelectMany(layer => Rows(disk.Name, layer)))
            .Concat(inventory.Elsewhere.SelectMany(layer => Rows("-", layer)));
        TextTable.Write(output, s_titles, [.. rows], heading);
    }

    private static IEnumerable<string[]> Rows(string disk, BitmapLayer layer) => layer.Bitmaps.Select(bitmap =>
        (string[])
        [
            disk,
            bitmap.Name,
            bitmap.DirtyBytes is { } dirty ? SizeText.Format(dirty) : "-",
            SizeText.Format(bitmap.GranularityBytes),
            StateOf(bitmap),
            BitmapListDocument.OwnerOf(bitmap),
            layer.File,
        ]);

    private static string StateOf(BitmapInfo bitmap)
    {
        if (bitmap.Inconsistent) return "inconsistent";
        var state = bitmap.Recording ? "recording" : "stopped";
        return state + (bitmap.Busy ? ", busy" : "") + (bitmap.Persistent ? "" : ", not stored");
    }
}
