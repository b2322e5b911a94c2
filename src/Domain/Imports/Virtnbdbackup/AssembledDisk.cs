using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Posix;
using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Imports.Virtnbdbackup;

/// <summary>A disk that was put together in a raw image; what its last data file brought has changed.</summary>
internal sealed class AssembledDisk : IDiskSource, IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly RangeSet _changed = new();

    private AssembledDisk(SafeFileHandle file, StreamFile last)
    {
        (_file, SizeBytes) = (file, last.Metadata.VirtualSize);
        foreach (var piece in last.Pieces) _changed.Append(piece.Range);
    }

    public long SizeBytes { get; }

    internal static AssembledDisk Open(string path, StreamFile last) => new(File.OpenHandle(path), last);

    public Task ReadMapAsync(ByteRange range, RangeSet zero, RangeSet? dirty, CancellationToken cancellationToken)
    {
        var end = range.Offset;
        foreach (var data in PosixFile.GetDataExtents(_file, range.Offset, range.Length))
        {
            zero.Append(new ByteRange(end, data.Offset - end));
            end = data.Offset + data.Length;
        }

        zero.Append(new ByteRange(end, range.End - end));
        foreach (var changed in _changed.Within(range)) dirty?.Append(changed);
        return Task.CompletedTask;
    }

    public ValueTask ReadAsync(long offset, NativeBuffer target, CancellationToken cancellationToken)
    {
        for (var rest = target.Span; rest.Length > 0;)
        {
            var count = RandomAccess.Read(_file, rest, offset);
            if (count == 0) throw new EndOfStreamException($"the disk that is put together ends at byte {offset}");
            rest = rest[count..];
            offset += count;
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose() => _file.Dispose();
}
