using System.Globalization;

namespace LibvirtBackup.Cli.Output;

/// <summary>Times for people, as virsh writes them: <c>2026-01-31 23:59:58 +0100</c>.</summary>
internal static class TimeText
{
    /// <summary>A time in a zone.</summary>
    internal static string Format(DateTimeOffset time, TimeZoneInfo zone)
    {
        // The round-trip pattern is the one that the framework writes without going through a pattern, which tells when
        // ten thousand are listed: 2026-01-31T23:59:58.0000000+01:00
        Span<char> text = stackalloc char[33];
        TimeZoneInfo.ConvertTime(time, zone).TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        return $"{text[..10]} {text[11..19]} {text[27..30]}{text[31..33]}";
    }
}
