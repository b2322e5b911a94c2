using System.Buffers.Binary;

namespace LibvirtBackup.Interop.Tests.Nbd;

/// <summary>Puts values after each other, big end first.</summary>
internal static class Wire
{
    public static byte[] Bytes(params object[] values)
    {
        using var stream = new MemoryStream();
        Span<byte> number = stackalloc byte[8];
        foreach (object value in values)
        {
            ulong bits = 0;
            int size = 0;
            switch (value)
            {
                case byte[] bytes: stream.Write(bytes); break;
                case ushort v: (bits, size) = (v, 2); break;
                case uint v: (bits, size) = (v, 4); break;
                case ulong v: (bits, size) = (v, 8); break;
                default: throw new ArgumentException($"cannot send a {value.GetType()}", nameof(values));
            }

            BinaryPrimitives.WriteUInt64BigEndian(number, bits);
            stream.Write(number[(8 - size)..]);
        }

        return stream.ToArray();
    }
}
