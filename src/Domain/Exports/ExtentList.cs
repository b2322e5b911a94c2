using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Exports;

/// <summary>Extents of a range, one after the other; equal ones that follow each other become one.</summary>
internal sealed class ExtentList(ByteRange range, int most)
{
    private readonly List<NbdExtent> _extents = [];
    private long _next = range.Offset;

    internal IReadOnlyList<NbdExtent> Extents => _extents;

    /// <summary>Adds what follows, as far as it is wanted.</summary>
    /// <returns>False when no more is wanted.</returns>
    internal bool TryAdd(long lengthBytes, ulong flags)
    {
        var length = Math.Min(lengthBytes, range.End - _next);
        if (_extents is [.., var last] && last.Flags == flags)
        {
            _extents[^1] = last with { Length = last.Length + length };
        }
        else
        {
            if (_extents.Count == most) return false;
            _extents.Add(new NbdExtent(length, flags));
        }

        _next += length;
        return _next < range.End;
    }
}
