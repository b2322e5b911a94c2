using System.Buffers.Binary;
using System.Text;

namespace LibvirtBackup.Exports.Protocol;

/// <summary>The data of an option, read from front to back; what is not there is a protocol error.</summary>
internal ref struct NbdOptionMessage(ReadOnlySpan<byte> rest)
{
    /// <summary>The longest text of the protocol.</summary>
    internal const int MostTextBytes = 4096;

    private ReadOnlySpan<byte> _rest = rest;

    internal readonly bool IsAtEnd => _rest.IsEmpty;

    internal ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort)));

    internal uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint)));

    /// <summary>A text with its length before it.</summary>
    internal string ReadText()
    {
        var length = ReadUInt32();
        return length <= MostTextBytes
            ? Encoding.UTF8.GetString(Take((int)length))
            : throw new NbdProtocolException($"a text of {length} bytes");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_rest.Length < count) throw new NbdProtocolException("an option that ends early");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
