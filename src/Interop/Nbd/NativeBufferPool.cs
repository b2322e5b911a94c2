using System.Numerics;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>
/// Rents native memory, page-aligned and never moved by the GC, and keeps what comes back for the next renter.
/// </summary>
public sealed class NativeBufferPool : IDisposable
{
    /// <summary>The largest buffer, in bytes: 64 MiB, the most that libnbd sends or receives in one request.</summary>
    public const int MaximumLength = 64 * 1024 * 1024;

    private const int SmallestClass = 12; // 4 KiB
    private const int LargestClass = 26;  // MaximumLength

    private readonly Lock _gate = new();
    private readonly Stack<NativeBlock>[] _free = new Stack<NativeBlock>[LargestClass - SmallestClass + 1];
    private readonly long _retainedLimit;
    private long _retained;
    private bool _isDisposed;

    /// <summary>Makes a pool.</summary>
    /// <param name="retainedLimit">How many bytes of unused memory to keep, 256 MiB by default.</param>
    public NativeBufferPool(long retainedLimit = 256L * 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(retainedLimit);
        _retainedLimit = retainedLimit;
        for (int i = 0; i < _free.Length; i++)
            _free[i] = new Stack<NativeBlock>();
    }

    /// <summary>The pool of the process.</summary>
    public static NativeBufferPool Shared { get; } = new();

    /// <summary>Rents a buffer of just this length, with undefined content.</summary>
    /// <param name="length">The length in bytes, 1 to <see cref="MaximumLength"/>.</param>
    public NativeBuffer Rent(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaximumLength);
        int sizeClass = Math.Max(SmallestClass, BitOperations.Log2((uint)length - 1) + 1);
        NativeBlock? block;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_free[sizeClass - SmallestClass].TryPop(out block))
                _retained -= block.Capacity;
        }

        return new NativeBuffer(this, block ?? new NativeBlock(1 << sizeClass), length);
    }

    /// <summary>Frees the unused memory; what is rented is freed as it comes back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            foreach (Stack<NativeBlock> blocks in _free)
            {
                while (blocks.TryPop(out NativeBlock? block))
                    block.Dispose();
            }

            _retained = 0;
        }
    }

    internal void Return(NativeBlock block)
    {
        lock (_gate)
        {
            if (!_isDisposed && _retained + block.Capacity <= _retainedLimit)
            {
                _retained += block.Capacity;
                _free[BitOperations.Log2((uint)block.Capacity) - SmallestClass].Push(block);
                return;
            }
        }

        block.Dispose();
    }
}
