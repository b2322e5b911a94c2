using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Domain.Tests.Restores;

/// <summary>A disk of many GiB with little data anywhere: a sparse file, and where its data is.</summary>
internal sealed class SparseDisk : IDiskSource, IDisposable
{
    private readonly RangeSet _zero = new();
    private readonly FileStream _file;

    /// <param name="path">The file to make; it holds the disk's bytes.</param>
    /// <param name="sizeBytes">The disk's size.</param>
    /// <param name="data">Where random bytes are, in ascending order.</param>
    internal SparseDisk(string path, long sizeBytes, IReadOnlyList<ByteRange> data)
    {
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite);
        _file.SetLength(sizeBytes);
        var random = new Random(1);
        var end = 0L;
        foreach (var range in data)
        {
            var bytes = new byte[range.Length];
            random.NextBytes(bytes);
            RandomAccess.Write(_file.SafeFileHandle, bytes, range.Offset);
            if (range.Offset > end) _zero.Append(new ByteRange(end, range.Offset - end));
            end = range.End;
        }

        if (end < sizeBytes) _zero.Append(new ByteRange(end, sizeBytes - end));
    }

    public long SizeBytes => _file.Length;

    public Task ReadMapAsync(ByteRange range, RangeSet zero, RangeSet? dirty, CancellationToken cancellationToken)
    {
        foreach (var one in _zero)
        {
            var (start, end) = (Math.Max(one.Offset, range.Offset), Math.Min(one.End, range.End));
            if (start < end) zero.Append(new ByteRange(start, end - start));
        }

        return Task.CompletedTask;
    }

    public async ValueTask ReadAsync(long offset, NativeBuffer target, CancellationToken cancellationToken)
    {
        for (var done = 0; done < target.Length;)
            done += await RandomAccess.ReadAsync(
                _file.SafeFileHandle, target.Memory[done..], offset + done, cancellationToken);
    }

    public void Dispose() => _file.Dispose();
}
