using System.Globalization;

namespace LibvirtBackup.Cli.Output;

/// <summary>Times for people, as virsh writes them: <c>2026-01-31 23:59:58 +0100</c>.</summary>
internal static class TimeText
{
    /// <summary>A time in a zone.</summary>
    internal static string Format(DateTimeOffset time, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone);
        return local.ToString("yyyy-MM-dd HH:mm:ss ", CultureInfo.InvariantCulture)
            + local.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
    }
}
