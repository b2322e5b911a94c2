using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Tests.Nbd;

/// <summary>A request as it came over the wire.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScriptedRequest(int Type, ulong Cookie, long Offset, int Length)
{
    public const int Read = 0;
    public const int Disconnect = 2;
    public const int BlockStatus = 7;

    private const ushort Done = 1;

    /// <summary>A chunk of a structured reply.</summary>
    public byte[] Chunk(bool isLast, ushort type, params object[] payload)
    {
        byte[] content = Wire.Bytes(payload);
        return Wire.Bytes(0x668e33efu, isLast ? Done : (ushort)0, type, Cookie, (uint)content.Length, content);
    }

    public byte[] Data(bool isLast, long offset, byte[] data) => Chunk(isLast, 1, (ulong)offset, data);

    public byte[] Extents(bool isLast, uint context, params uint[] lengthsAndFlags) =>
        Chunk(isLast, 5, [context, .. lengthsAndFlags.Cast<object>()]);
}
