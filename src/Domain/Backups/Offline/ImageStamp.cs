using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Backups.Offline;

/// <summary>
/// What tells that an image was written. A QEMU that opens a qcow2 image with bitmaps writes it at once, others when
/// the guest does.
/// </summary>
/// <param name="Path">The file or device.</param>
/// <param name="Written">When it was last written; null for a device, which does not say.</param>
/// <param name="Length">The file's length in bytes, 0 for a device.</param>
/// <param name="Writes">A device's writes so far, as the kernel counts them; empty for a file.</param>
/// <param name="Header">The first bytes, as text.</param>
internal sealed record ImageStamp(string Path, DateTime? Written, long Length, string Writes, string Header)
{
    private const int HeaderBytes = 4096;

    internal static ImageStamp Of(string path)
    {
        var file = new FileInfo(path);
        var writes = CountWrites(path);
        return new ImageStamp(
            path, writes is null ? file.LastWriteTimeUtc : null, writes is null ? file.Length : 0, writes ?? "",
            ReadHeader(path));
    }

    private static string ReadHeader(string path)
    {
        using var file = PosixFile.OpenReadable(path);
        var bytes = new byte[HeaderBytes];
        return Convert.ToHexString(bytes, 0, RandomAccess.Read(file, bytes, 0));
    }

    /// <summary>Writes and discards of a block device; null for a file.</summary>
    private static string? CountWrites(string path)
    {
        var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        var statistics = $"/sys/class/block/{System.IO.Path.GetFileName(target)}/stat";
        if (!target.StartsWith("/dev/", StringComparison.Ordinal) || !File.Exists(statistics)) return null;

        // Documentation/block/stat.rst: the fifth field counts writes, the twelfth (since Linux 4.18) discards.
        var fields = File.ReadAllText(statistics).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', fields.Where((_, i) => i is 4 or 11));
    }
}
