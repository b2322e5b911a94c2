namespace LibvirtBackup;

/// <summary>Powers of two, in bytes.</summary>
internal static class Units
{
    internal const int KiB = 1024;
    internal const int MiB = 1024 * KiB;
    internal const long GiB = 1024L * MiB;

    /// <summary>Rounds <paramref name="value"/> up to a multiple of <paramref name="unit"/>.</summary>
    internal static long RoundUp(long value, long unit) => DivideUp(value, unit) * unit;

    /// <summary>The number of <paramref name="unit"/>s needed to hold <paramref name="value"/>.</summary>
    internal static long DivideUp(long value, long unit) => checked(value + unit - 1) / unit;
}
