using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;
using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>A file beside the disks (firmware, its variables, kernel), to be read as a small disk.</summary>
internal sealed class FileSource : IDiskSource, IDisposable
{
    private readonly SafeFileHandle _file;

    private FileSource(SafeFileHandle file) => (_file, SizeBytes) = (file, RandomAccess.GetLength(file));

    public long SizeBytes { get; }

    /// <summary>Opens a file; null when there is none that can be read, for the domain may be without it by now.
    /// </summary>
    internal static FileSource? TryOpen(string path)
    {
        // As when it was stored: what is below /dev is a device.
        if (!File.Exists(path) || path.StartsWith("/dev/", StringComparison.Ordinal)) return null;
        try
        {
            return new FileSource(File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Nothing is known to be free: files are stored as they read.</summary>
    public Task ReadMapAsync(ByteRange range, RangeSet zero, RangeSet? dirty, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public ValueTask ReadAsync(long offset, NativeBuffer target, CancellationToken cancellationToken)
    {
        for (var rest = target.Span; rest.Length > 0;)
        {
            var count = RandomAccess.Read(_file, rest, offset);
            if (count == 0) rest.Clear(); // It became shorter; then it is not what was lost.
            rest = count == 0 ? [] : rest[count..];
            offset += count;
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose() => _file.Dispose();
}
