using System.Buffers;

namespace LibvirtBackup.Extents;

/// <summary>Numbers from 0 on as unsigned LEB128: seven bits a byte, the lowest first.</summary>
internal static class Leb128
{
    internal static void Write(IBufferWriter<byte> writer, long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        var span = writer.GetSpan(10);
        var length = 0;
        for (var rest = (ulong)number; ; rest >>= 7)
        {
            if (rest < 0x80)
            {
                span[length++] = (byte)rest;
                break;
            }

            span[length++] = (byte)(rest | 0x80);
        }

        writer.Advance(length);
    }

    /// <exception cref="InvalidDataException">The bytes end within the number, or it is too large.</exception>
    internal static long Read(ref ReadOnlySpan<byte> bytes)
    {
        ulong number = 0;
        for (var shift = 0; shift < 63 && bytes.Length > 0; shift += 7)
        {
            var part = bytes[0];
            bytes = bytes[1..];
            number |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return (long)number;
        }

        throw new InvalidDataException("a number ends early or is too large");
    }
}
