namespace LibvirtBackup.Bitmaps;

/// <summary>How an image is named in a change: its block node, or its file while nobody has it open.</summary>
internal static class BitmapTarget
{
    internal static string Of(BitmapLayer layer) => layer.Node ?? layer.File;
}
