using System.Buffers;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>
/// Native memory from a <see cref="NativeBufferPool"/>. Its renter disposes it once; every request in flight holds it
/// too, so that the memory goes back to the pool only when neither the renter nor a server can write to it any more.
/// What it holds at first is undefined.
/// </summary>
public sealed unsafe class NativeBuffer : MemoryManager<byte>
{
    private readonly NativeBufferPool _pool;
    private NativeBlock? _block;
    private int _holders = 1;
    private int _isDisposed;

    internal NativeBuffer(NativeBufferPool pool, NativeBlock block, int length)
    {
        _pool = pool;
        _block = block;
        Length = length;
    }

    /// <summary>The length, in bytes.</summary>
    public int Length { get; }

    /// <summary>The bytes. Not to be used after <see cref="Dispose()"/>.</summary>
    public Span<byte> Span => GetSpan();

    /// <summary>The address, for a holder.</summary>
    internal byte* Pointer => (_block ?? throw new ObjectDisposedException(nameof(NativeBuffer))).Pointer;

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        return new Span<byte>(Pointer, Length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, Length);
        Hold();
        return new MemoryHandle(Pointer + elementIndex, pinnable: this);
    }

    /// <inheritdoc/>
    public override void Unpin() => Release();

    /// <summary>
    /// Gives the buffer back; the memory follows when the last request on it has ended. Repeating it does nothing.
    /// </summary>
    public void Dispose() => Dispose(disposing: true);

    /// <summary>Keeps the memory, whatever the renter does, until <see cref="Release"/>.</summary>
    internal void Hold()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        int holders = Volatile.Read(ref _holders);
        while (true)
        {
            ObjectDisposedException.ThrowIf(holders == 0, this);
            int seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
                return;
            holders = seen;
        }
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;
        NativeBlock block = _block!; // set at birth, and only the last holder gets here
        _block = null;
        _pool.Return(block);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            Release();
    }
}
