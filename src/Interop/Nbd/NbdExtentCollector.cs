using System.Text;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>Gathers the extents of one context and joins neighbours with equal flags.</summary>
internal sealed class NbdExtentCollector(string name)
{
    private readonly byte[] _nativeName = Encoding.UTF8.GetBytes(name);
    private readonly List<NbdExtent> _extents = [];

    public string Name { get; } = name;

    /// <summary>How much the extents cover, in bytes.</summary>
    public long Length { get; private set; }

    public bool IsNamed(ReadOnlySpan<byte> nativeName) => nativeName.SequenceEqual(_nativeName);

    public void Add(long length, ulong flags)
    {
        // Empty extents are against the protocol and mean nothing; the sum must not overflow whatever a server sends.
        if (length == 0 || Length > long.MaxValue / 2)
            return;
        Length += length;
        if (_extents.Count > 0 && _extents[^1] is var last && last.Flags == flags)
            _extents[^1] = new NbdExtent(last.Length + length, flags);
        else
            _extents.Add(new NbdExtent(length, flags));
    }

    /// <summary>The extents up to a length; a server may describe more than it was asked for.</summary>
    public NbdExtent[] ToArray(long length)
    {
        int count = 0;
        long covered = 0;
        while (covered < length)
            covered += _extents[count++].Length;
        NbdExtent[] extents = _extents.GetRange(0, count).ToArray();
        extents[^1] = extents[^1] with { Length = extents[^1].Length - (covered - length) };
        return extents;
    }
}
