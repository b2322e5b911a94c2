using System.Text;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>
/// Disk content that shows where it belongs: each sector of 512 bytes is a line with its own number and the seed, so a
/// sector that is stale, misplaced or foreign is told apart at once, and the guest can make the same with awk.
/// </summary>
internal static class SectorPattern
{
    public const int SectorSize = 512;

    /// <summary>Fills a whole number of sectors that lie at the offset.</summary>
    public static void Fill(Span<byte> buffer, long offset, int seed)
    {
        RequireSectors(offset, buffer.Length);
        string tail = Tail(seed);
        for (int at = 0; at < buffer.Length; at += SectorSize)
            Encoding.ASCII.GetBytes(Head((offset + at) / SectorSize) + tail, buffer.Slice(at, SectorSize));
    }

    /// <summary>The guest's command that prints the same bytes.</summary>
    public static string Command(long offset, long length, int seed)
    {
        RequireSectors(offset, length);
        long first = offset / SectorSize;
        // awk's numbers are exact up to 2^53, but its %d in busybox is a C int: a float format has no such bound.
        return $"awk 'BEGIN{{for(s={first};s<{first + (length / SectorSize)};s++)"
            + $"printf \"sector %016.0f%s\",s,\"{Tail(seed).Replace("\n", "\\n")}\"}}'";
    }

    private static string Head(long sector) => $"sector {sector:D16}";

    private static string Tail(int seed) => $" seed {seed:D10} ".PadRight(SectorSize - Head(0).Length - 1, '.') + "\n";

    private static void RequireSectors(long offset, long length)
    {
        if (offset % SectorSize != 0 || length % SectorSize != 0 || length <= 0)
            throw new ArgumentOutOfRangeException(nameof(length), $"not whole sectors: {length} bytes at {offset}");
    }
}
