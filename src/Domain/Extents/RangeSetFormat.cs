using System.Buffers;

namespace LibvirtBackup.Extents;

/// <summary>Ranges as bytes: for each, the gap since the last end and the length, both as unsigned LEB128.</summary>
internal static class RangeSetFormat
{
    internal static byte[] Write(RangeSet ranges)
    {
        var writer = new ArrayBufferWriter<byte>(16 + (ranges.Count * 6));
        long end = 0;
        foreach (var range in ranges)
        {
            Leb128.Write(writer, range.Offset - end);
            Leb128.Write(writer, range.Length);
            end = range.End;
        }

        return writer.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no range set.</exception>
    internal static RangeSet Read(ReadOnlySpan<byte> bytes)
    {
        var ranges = new RangeSet();
        long end = 0;
        while (bytes.Length > 0)
        {
            var range = new ByteRange(end + Leb128.Read(ref bytes), Leb128.Read(ref bytes));
            if (range.Length == 0 || range.Offset < end || range.End < range.Offset)
                throw new InvalidDataException("not a range set");
            ranges.Append(range);
            end = range.End;
        }

        return ranges;
    }
}
