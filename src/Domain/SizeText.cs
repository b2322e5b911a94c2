using System.Globalization;
using System.Numerics;

namespace LibvirtBackup;

/// <summary>
/// Sizes as people write them: <c>4096</c>, <c>64KiB</c>, <c>8MiB</c>, <c>1GiB</c>, <c>2TiB</c>. A single letter means
/// the binary unit, as for qemu-img; <c>kB MB GB TB</c> are the decimal ones, as for libvirt.
/// </summary>
internal static class SizeText
{
    private static readonly (string Suffix, long Factor)[] s_units =
    [
        ("", 1), ("B", 1),
        ("K", 1L << 10), ("KiB", 1L << 10), ("kB", 1_000),
        ("M", 1L << 20), ("MiB", 1L << 20), ("MB", 1_000_000),
        ("G", 1L << 30), ("GiB", 1L << 30), ("GB", 1_000_000_000),
        ("T", 1L << 40), ("TiB", 1L << 40), ("TB", 1_000_000_000_000),
        ("P", 1L << 50), ("PiB", 1L << 50), ("PB", 1_000_000_000_000_000),
    ];

    private static readonly string[] s_binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Reads a size in bytes.</summary>
    /// <param name="text">The text, for instance <c>64KiB</c>; units in any letter case, no sign, no fraction.</param>
    /// <param name="bytes">The size in bytes.</param>
    /// <returns>False when the text is no size or does not fit into 63 bits.</returns>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : text.Length;
        if (!long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;

        var suffix = text.AsSpan(digits).Trim();
        foreach (var (name, factor) in s_units)
        {
            if (!suffix.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            if (BigInteger.Multiply(number, factor) > long.MaxValue)
                return false;
            bytes = number * factor;
            return true;
        }

        return false;
    }

    /// <summary>The size for people, three digits or so: <c>0 B</c>, <c>64.0 KiB</c>, <c>1.5 GiB</c>.</summary>
    /// <param name="bytes">The size in bytes, not negative.</param>
    public static string Format(long bytes)
    {
        var unit = 0;
        var value = (double)bytes;
        while (value >= 1024 && unit < s_binary.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {s_binary[unit]}");
    }
}
