using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Domain.Tests.Backups.Copying;

/// <summary>A disk in memory that tracks writes and allocation as QEMU does: by clusters.</summary>
internal sealed class SimulatedDisk(int sizeBytes, int clusterBytes) : IDiskSource
{
    private byte[] _bytes = new byte[sizeBytes];
    private bool[] _allocated = new bool[Clusters(sizeBytes, clusterBytes)];
    private bool[] _dirty = new bool[Clusters(sizeBytes, clusterBytes)];

    public long SizeBytes => _bytes.Length;

    internal byte[] Bytes => (byte[])_bytes.Clone();

    internal int BytesRead { get; private set; }

    internal void Write(int offset, ReadOnlySpan<byte> data)
    {
        data.CopyTo(_bytes.AsSpan(offset));
        Touch(offset, data.Length, allocated: true);
    }

    /// <summary>Gives whole clusters back; they read as zeroes.</summary>
    internal void Discard(int firstCluster, int count)
    {
        var start = firstCluster * clusterBytes;
        var length = Math.Min(count * clusterBytes, _bytes.Length - start);
        _bytes.AsSpan(start, length).Clear();
        Touch(start, length, allocated: false);
    }

    /// <summary>Changes the size; QEMU gives a grown tail a clean bitmap.</summary>
    internal void Resize(int newSize)
    {
        Array.Resize(ref _bytes, newSize);
        Array.Resize(ref _allocated, Clusters(newSize, clusterBytes));
        Array.Resize(ref _dirty, Clusters(newSize, clusterBytes));
    }

    /// <summary>A new checkpoint; also what a bitmap cleared behind our back looks like.</summary>
    internal void ClearBitmap() => _dirty.AsSpan().Clear();

    public Task ReadMapAsync(ByteRange range, RangeSet zero, RangeSet? dirty, CancellationToken cancellationToken)
    {
        for (var cluster = 0; cluster < _allocated.Length; cluster++)
        {
            var start = Math.Max(range.Offset, (long)cluster * clusterBytes);
            var end = Math.Min(Math.Min(range.End, ((long)cluster + 1) * clusterBytes), _bytes.Length);
            if (end <= start) continue;
            if (!_allocated[cluster]) zero.Append(new ByteRange(start, end - start));
            if (_dirty[cluster]) dirty?.Append(new ByteRange(start, end - start));
        }

        return Task.CompletedTask;
    }

    public ValueTask ReadAsync(long offset, NativeBuffer target, CancellationToken cancellationToken)
    {
        lock (this) BytesRead += target.Length;
        _bytes.AsMemory((int)offset, target.Length).CopyTo(target.Memory);
        return ValueTask.CompletedTask;
    }

    private static int Clusters(int bytes, int clusterBytes) => (bytes + clusterBytes - 1) / clusterBytes;

    private void Touch(int offset, int length, bool allocated)
    {
        for (var cluster = offset / clusterBytes;
            length > 0 && cluster <= (offset + length - 1) / clusterBytes;
            cluster++)
            (_allocated[cluster], _dirty[cluster]) = (allocated, true);
    }
}
