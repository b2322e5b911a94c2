using LibvirtBackup.Bitmaps;

namespace LibvirtBackup.Tests.Bitmaps;

/// <summary>Makes disks for tests: images from the top one down, with bitmaps.</summary>
internal static class TestLayers
{
    internal static DiskBitmaps Disk(params BitmapLayer[] layers) => new() { Name = "vda", Layers = layers };

    internal static BitmapLayer Layer(string file, params BitmapInfo[] bitmaps) => new()
    {
        Node = null,
        File = file,
        Format = "qcow2",
        VirtualSizeBytes = 1 << 20,
        Bitmaps = bitmaps,
    };

    internal static BitmapInfo Bitmap(string name, bool recording = true, long granularity = 65536) => new()
    {
        Name = name,
        GranularityBytes = granularity,
        DirtyBytes = null,
        Recording = recording,
        Persistent = true,
        Busy = false,
        Inconsistent = false,
    };
}
