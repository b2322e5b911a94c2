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
            WriteNumber(writer, range.Offset - end);
            WriteNumber(writer, range.Length);
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
            var range = new ByteRange(end + ReadNumber(ref bytes), ReadNumber(ref bytes));
            if (range.Length == 0 || range.Offset < end || range.End < range.Offset)
                throw new InvalidDataException("not a range set");
            ranges.Append(range);
            end = range.End;
        }

        return ranges;
    }

    private static void WriteNumber(ArrayBufferWriter<byte> writer, long number)
    {
        for (var rest = (ulong)number; ; rest >>= 7)
        {
            if (rest < 0x80)
            {
                writer.Write([(byte)rest]);
                return;
            }

            writer.Write([(byte)(rest | 0x80)]);
        }
    }

    private static long ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        ulong number = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            if (bytes.IsEmpty) break;
            var part = bytes[0];
            bytes = bytes[1..];
            number |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return (long)number;
        }

        throw new InvalidDataException("not a range set");
    }
}
