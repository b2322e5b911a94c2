using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Posix;
using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Restores.Targets;

/// <summary>A sparse file with the plain bytes.</summary>
internal sealed class RawFileTarget : IDiskTarget
{
    private readonly SafeFileHandle _file;

    private RawFileTarget(SafeFileHandle file) => _file = file;

    internal static RawFileTarget Create(string path, long sizeBytes)
    {
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, options: FileOptions.Asynchronous);
        RandomAccess.SetLength(file, sizeBytes);
        return new RawFileTarget(file);
    }

    public ValueTask WriteAsync(long offset, NativeBuffer data, CancellationToken cancellationToken) =>
        RandomAccess.WriteAsync(_file, data.Memory, offset, cancellationToken);

    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken)
    {
        // A file system without the call leaves a hole, which reads the same.
        _ = PosixFile.TryZeroRange(_file, offset, length);
        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        RandomAccess.FlushToDisk(_file);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }
}
