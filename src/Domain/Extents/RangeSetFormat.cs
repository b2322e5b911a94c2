using System.Buffers;

namespace LibvirtBackup.Extents;

/// <summary>Ranges as bytes: for each, the gap since the last end and the length, both as unsigned LEB128.</summary>
internal static class RangeSetFormat
{
    private const int LongestRange = 20;

    /// <summary>Writes the set as blobs of at most <paramref name="longest"/> bytes; an empty one gives none.</summary>
    internal static IEnumerable<ReadOnlyMemory<byte>> Write(RangeSet ranges, int longest = Units.MiB)
    {
        var writer = new ArrayBufferWriter<byte>(Math.Min(longest, 16 + (ranges.Count * 6)));
        long end = 0;
        foreach (var range in ranges)
        {
            if (writer.WrittenCount > longest - LongestRange)
            {
                yield return writer.WrittenMemory;
                writer = new ArrayBufferWriter<byte>(longest);
            }

            Leb128.Write(writer, range.Offset - end);
            Leb128.Write(writer, range.Length);
            end = range.End;
        }

        if (writer.WrittenCount > 0) yield return writer.WrittenMemory;
    }

    /// <exception cref="InvalidDataException">The bytes are no range set.</exception>
    internal static RangeSet Read(params IEnumerable<ReadOnlyMemory<byte>> blobs)
    {
        var ranges = new RangeSet();
        long end = 0;
        foreach (var blob in blobs)
            ReadBlob(blob.Span, ranges, ref end);
        return ranges;
    }

    private static void ReadBlob(ReadOnlySpan<byte> bytes, RangeSet ranges, ref long end)
    {
        while (bytes.Length > 0)
        {
            var range = new ByteRange(end + Leb128.Read(ref bytes), Leb128.Read(ref bytes));
            if (range.Length == 0 || range.Offset < end || range.End < range.Offset)
                throw new InvalidDataException("not a range set");
            ranges.Append(range);
            end = range.End;
        }
    }
}
