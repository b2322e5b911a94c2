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

    /// <summary>
    /// Of all together: each backup that runs beside others has a view of its own, and a process may have 1024 files
    /// open where nobody has raised that.
    /// </summary>
    private const int LimitOfProcess = 384;

    private static int s_count;

    private readonly ConcurrentDictionary<string, SafeFileHandle> _files = new(StringComparer.Ordinal);

    /// <exception cref="PosixException">The file cannot be opened.</exception>
    internal SafeFileHandle Open(string path)
    {
        if (_files.TryGetValue(path, out var open)) return open;
        if (_files.Count >= Limit || Volatile.Read(ref s_count) >= LimitOfProcess) Dispose();
        var file = PosixFile.OpenReadable(path);
        if (_files.TryAdd(path, file))
        {
            Interlocked.Increment(ref s_count);
            return file;
        }

        file.Dispose();
        return Open(path);
    }

    internal void Forget(string path)
    {
        if (!_files.TryRemove(path, out var file)) return;
        Interlocked.Decrement(ref s_count);
        file.Dispose();
    }

    /// <summary>Closes all; who reads one just now finishes first, for handles count their users.</summary>
    public void Dispose()
    {
        foreach (var path in _files.Keys) Forget(path);
    }
}
