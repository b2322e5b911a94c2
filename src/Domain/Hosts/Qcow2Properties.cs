using System.Buffers.Binary;
using System.Text;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Hosts;

/// <summary>
/// How a qcow2 image was made, by its header, as <c>qemu-img info</c> tells it. Nothing of that changes while a guest
/// writes the image. The layout is QEMU's docs/interop/qcow2.
/// </summary>
internal static class Qcow2Properties
{
    private const uint Magic = 0x514649fb;
    private const int Version3Length = 104;
    private const uint DataFileName = 0x44415441; // a header extension, "DATA"
    private const ulong ExternalData = 1 << 2; // an incompatible feature
    private const ulong ExtendedL2 = 1 << 4; // an incompatible feature
    private const ulong LazyRefcounts = 1; // a compatible feature

    /// <summary>More than the header, its extensions and the names take in any image that QEMU makes.</summary>
    private const int BytesRead = 64 * Units.KiB;

    /// <param name="path">The image.</param>
    /// <returns>Null when it cannot be read, or is not as QEMU makes it.</returns>
    internal static DiskImageProperties? TryRead(string path)
    {
        try
        {
            using var file = PosixFile.OpenReadable(path);
            var bytes = new byte[BytesRead];
            return Parse(bytes.AsSpan(0, RandomAccess.Read(file, bytes, fileOffset: 0)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            return null; // something lies beyond what was read
        }
    }

    private static DiskImageProperties? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Version3Length || UInt32(bytes, 0) != Magic) return null;
        var version = UInt32(bytes, 4);
        var (clusterBits, nameLength) = (UInt32(bytes, 20), Place(UInt32(bytes, 16)));
        var hasFeatures = version == 3;
        var refcountOrder = hasFeatures ? UInt32(bytes, 96) : 4;
        if (version is not (2 or 3) || clusterBits is < 9 or > 21 || refcountOrder > 6) return null;
        var (incompatible, compatible) = hasFeatures ? (UInt64(bytes, 72), UInt64(bytes, 80)) : (0, 0);
        return new DiskImageProperties
        {
            ClusterSizeBytes = 1 << (int)clusterBits,
            Compat = hasFeatures ? "1.1" : "0.10",
            ExtendedL2 = (incompatible & ExtendedL2) != 0,
            LazyRefcounts = (compatible & LazyRefcounts) != 0,
            RefcountBits = 1 << (int)refcountOrder,
            DataFile = (incompatible & ExternalData) != 0
                ? FindExtension(bytes[Place(UInt32(bytes, 100))..], DataFileName) : null,
            BackingFile = nameLength == 0 ? null : Text(bytes.Slice(Place(UInt64(bytes, 8)), nameLength)),
        };
    }

    /// <summary>Each has a type, a length and its bytes, filled up to a multiple of eight; type 0 ends them.</summary>
    private static string? FindExtension(ReadOnlySpan<byte> extensions, uint wanted)
    {
        while (UInt32(extensions, 0) is var type && type != 0)
        {
            var length = Place(UInt32(extensions, 4));
            if (type == wanted) return Text(extensions.Slice(8, length));
            extensions = extensions[(int)Units.RoundUp(8L + length, 8)..];
        }

        return null;
    }

    private static int Place(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, (ulong)BytesRead);
        return (int)value;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static ulong UInt64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]);
}
