using System.Buffers;
using LibvirtBackup.Interop.Nbd;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

public sealed class NativeBufferTests : IDisposable
{
    private readonly NativeBufferPool _pool = new(retainedLimit: 1 << 20);

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(NativeBufferPool.MaximumLength)]
    public unsafe void A_buffer_has_the_length_asked_for_and_is_page_aligned(int length)
    {
        using NativeBuffer buffer = _pool.Rent(length);
        Assert.Equal(length, buffer.Length);
        Assert.Equal(length, buffer.Span.Length);
        Assert.Equal(length, buffer.Memory.Length);
        Assert.Equal(0, (nint)buffer.Pointer % 4096);
        buffer.Span.Fill(1);
    }

    [Fact]
    public void Lengths_out_of_bounds_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _pool.Rent(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _pool.Rent(NativeBufferPool.MaximumLength + 1));
    }

    [Fact]
    public void Memory_is_used_again_after_the_last_holder_only()
    {
        NativeBuffer buffer = _pool.Rent(5000);
        nint address = Address(buffer);
        MemoryHandle pin = buffer.Memory.Pin();
        buffer.Dispose();
        using (NativeBuffer other = _pool.Rent(5000))
            Assert.NotEqual(address, Address(other));
        pin.Dispose();
        using NativeBuffer again = _pool.Rent(8000);
        Assert.Equal(address, Address(again));
    }

    [Fact]
    public void Disposing_twice_does_not_take_the_memory_from_its_next_renter()
    {
        NativeBuffer first = _pool.Rent(4096);
        first.Dispose();
        using NativeBuffer second = _pool.Rent(4096);
        first.Dispose();
        using NativeBuffer third = _pool.Rent(4096);
        Assert.NotEqual(Address(second), Address(third));
        second.Span.Fill(7);
        Assert.Equal(-1, second.Span.IndexOfAnyExcept((byte)7));
    }

    [Fact]
    public void A_disposed_buffer_cannot_be_touched()
    {
        NativeBuffer buffer = _pool.Rent(4096);
        Memory<byte> memory = buffer.Memory;
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => buffer.Pin());
    }

    [Fact]
    public void A_pool_keeps_no_more_than_its_limit_and_nothing_after_its_end()
    {
        NativeBuffer large = _pool.Rent(2 << 20);
        large.Dispose(); // more than the pool keeps: freed
        NativeBuffer small = _pool.Rent(4096);
        _pool.Dispose();
        small.Span.Fill(1); // what is rented lives on
        small.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _pool.Rent(1));
    }

    [Fact]
    public async Task Many_threads_never_share_a_buffer()
    {
        await Task.WhenAll(Enumerable.Range(1, 8).Select(mark => Task.Run(() =>
        {
            for (int i = 0; i < 5000; i++)
            {
                using NativeBuffer buffer = _pool.Rent(4096);
                buffer.Span.Fill((byte)mark);
                Assert.Equal(-1, buffer.Span.IndexOfAnyExcept((byte)mark));
            }
        })));
    }

    private static unsafe nint Address(NativeBuffer buffer) => (nint)buffer.Pointer;
}
