using System.Buffers;

namespace LibvirtBackup.Repositories;

/// <summary>Blobs side by side in a buffer of the shared pool, which takes it back when this is disposed.</summary>
/// <param name="starts">Where each begins, and where the last ends.</param>
internal sealed class RentedBlobs(int[] starts) : IDisposable
{
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(starts[^1]);

    internal ReadOnlySpan<byte> this[int index] => Slice(index, 1).Span;

    /// <summary>The bytes of some blobs, the first of which is number <paramref name="index"/>.</summary>
    internal Memory<byte> Slice(int index, int count) =>
        _buffer.AsMemory(starts[index]..starts[index + count]);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer) ArrayPool<byte>.Shared.Return(buffer);
    }
}
