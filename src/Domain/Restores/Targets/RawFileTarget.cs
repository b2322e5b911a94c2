using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Restores.Targets;

/// <summary>A new sparse file with the plain bytes.</summary>
internal sealed class RawFileTarget : IDiskTarget
{
    private readonly DirectFile _file;

    private RawFileTarget(DirectFile file) => _file = file;

    internal static RawFileTarget Create(string path, long sizeBytes)
    {
        var file = DirectFile.Create(path);
        file.SetLength(sizeBytes);
        return new RawFileTarget(file);
    }

    public void Announce(long offset, long length) => _file.Reserve(offset, length);

    public async ValueTask<int> WriteAsync(
        long offset, NativeBuffer data, int start, int length, CancellationToken cancellationToken)
    {
        await _file.WriteAsync(offset, data, start, length).ConfigureAwait(false);
        return length;
    }

    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken)
    {
        // A file system without the call leaves a hole, which reads the same.
        _ = _file.TryZero(offset, length);
        return ValueTask.CompletedTask;
    }

    /// <summary>All of a new file is a hole.</summary>
    public ValueTask MakeHoleAsync(long offset, long length, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    public ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        _file.Flush();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }
}
