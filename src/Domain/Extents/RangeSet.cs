using System.Collections;
using System.Runtime.InteropServices;

namespace LibvirtBackup.Extents;

/// <summary>
/// A set of bytes as ranges that are sorted, do not touch and are not empty. Ranges are added in ascending order.
/// </summary>
internal sealed class RangeSet : IReadOnlyCollection<ByteRange>
{
    private readonly List<ByteRange> _ranges = [];

    public int Count => _ranges.Count;

    internal long TotalBytes { get; private set; }

    /// <summary>Adds a range that starts at or after the last one's end; one that touches it makes it longer.</summary>
    internal void Append(ByteRange range)
    {
        if (range.Length == 0) return;
        if (range.Length < 0) throw new ArgumentException($"{range} ends before it starts", nameof(range));
        var ranges = CollectionsMarshal.AsSpan(_ranges);
        if (ranges is [.., var last])
        {
            if (range.Offset < last.End)
                throw new ArgumentException($"{range} starts before {last} ends", nameof(range));
            if (last.End == range.Offset)
            {
                ranges[^1] = last with { Length = last.Length + range.Length };
                TotalBytes += range.Length;
                return;
            }
        }

        _ranges.Add(range);
        TotalBytes += range.Length;
    }

    /// <summary>Adds what is in any of <paramref name="sets"/>, all of which start at or after the last one's end.
    /// </summary>
    internal void AppendUnion(IEnumerable<RangeSet> sets)
    {
        foreach (var range in sets.SelectMany(set => set).OrderBy(range => range.Offset))
        {
            var start = _ranges is [.., var last] ? Math.Max(range.Offset, last.End) : range.Offset;
            if (range.End > start) Append(new ByteRange(start, range.End - start));
        }
    }

    /// <summary>True when any byte of <paramref name="range"/> is in the set.</summary>
    internal bool Overlaps(ByteRange range)
    {
        if (range.Length == 0) return false;
        var next = FirstEndingAfter(range.Offset);
        return next < _ranges.Count && _ranges[next].Overlaps(range);
    }

    /// <summary>True when every byte of <paramref name="range"/> is in the set.</summary>
    internal bool Contains(ByteRange range)
    {
        if (range.Length == 0) return true;
        var next = FirstEndingAfter(range.Offset);
        return next < _ranges.Count && _ranges[next].Offset <= range.Offset && range.End <= _ranges[next].End;
    }

    /// <summary>The ranges that end after an offset.</summary>
    internal IEnumerable<ByteRange> From(long offset)
    {
        for (var i = FirstEndingAfter(offset); i < _ranges.Count; i++) yield return _ranges[i];
    }

    /// <summary>What of the set lies within a range.</summary>
    internal RangeSet Within(ByteRange range)
    {
        var found = new RangeSet();
        foreach (var part in From(range.Offset))
        {
            var start = Math.Max(part.Offset, range.Offset);
            var end = Math.Min(part.End, range.End);
            if (start >= end) break;
            found.Append(new ByteRange(start, end - start));
        }

        return found;
    }

    public IEnumerator<ByteRange> GetEnumerator() => _ranges.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int FirstEndingAfter(long offset)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].End > offset) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
