using System.Collections.Concurrent;
using LibvirtBackup.Interop.Posix;
using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Repositories.Blobs;

/// <summary>
/// Keeps files open that are read again and again: opening costs more than reading a chunk. Blobs never change, so a
/// handle stays right until its blob is deleted.
/// </summary>
internal sealed class OpenFiles : IDisposable
{
    private const int Limit = 128;

    private readonly ConcurrentDictionary<string, SafeFileHandle> _files = new(StringComparer.Ordinal);

    /// <exception cref="PosixException">The file cannot be opened.</exception>
    internal SafeFileHandle Open(string path)
    {
        if (_files.TryGetValue(path, out var open)) return open;
        if (_files.Count >= Limit) Dispose();
        var file = PosixFile.OpenReadable(path);
        if (_files.TryAdd(path, file)) return file;
        file.Dispose();
        return Open(path);
    }

    internal void Forget(string path)
    {
        if (_files.TryRemove(path, out var file)) file.Dispose();
    }

    /// <summary>Closes all; who reads one just now finishes first, for handles count their users.</summary>
    public void Dispose()
    {
        foreach (var path in _files.Keys) Forget(path);
    }
}
