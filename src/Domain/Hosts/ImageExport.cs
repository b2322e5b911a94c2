using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Hosts;

/// <summary>qemu-nbd over an image that no QEMU has open; it ends with the connection.</summary>
internal static class ImageExport
{
    /// <summary>
    /// Reads an image without taking its locks: a lock would keep the guest from starting. Whoever reads must see
    /// afterwards that nothing wrote meanwhile.
    /// </summary>
    /// <param name="path">The image.</param>
    /// <param name="format">Its format.</param>
    /// <param name="bitmaps">Dirty bitmaps in the image that are offered too.</param>
    internal static NbdEndpoint ForReading(string path, string format, params IEnumerable<string> bitmaps) =>
        new NbdEndpoint.SocketActivation(
            ["qemu-nbd", "--read-only", "--export-name=", .. bitmaps.Select(bitmap => $"--bitmap={bitmap}"),
                "--image-opts", $"driver={format},force-share=on,{FileOptions(path)}"]);

    /// <summary>Writes an image, with QEMU's usual locks.</summary>
    internal static NbdEndpoint ForWriting(string path, string format) => new NbdEndpoint.SocketActivation(
        ["qemu-nbd", "--export-name=", "--discard=unmap", "--image-opts", $"driver={format},{FileOptions(path)}"]);

    /// <summary>The file below an image, as QEMU's options.</summary>
    /// <remarks>A comma in a value is written twice.</remarks>
    internal static string FileOptions(string path) =>
        $"file.driver={FileDriver(path)},file.filename={path.Replace(",", ",,", StringComparison.Ordinal)}";

    /// <summary>QEMU's driver for a file or device.</summary>
    internal static string FileDriver(string path) =>
        path.StartsWith("/dev/", StringComparison.Ordinal) ? "host_device" : "file";
}
