using System.Globalization;

namespace LibvirtBackup.Backups;

/// <summary>TCP ports as users write them: <c>10809-10872</c>, or one alone.</summary>
internal static class PortRangeText
{
    /// <summary>What is to be written, for messages.</summary>
    internal const string Expected = "ports from 1 to 65535, such as 10809-10872";

    /// <summary>Reads such a text; false when it is none.</summary>
    public static bool TryParse(string text, out int first, out int last)
    {
        (first, last) = (0, 0);
        return text.Split('-') is { Length: <= 2 } ends && TryParse(ends[0], out first) && TryParse(ends[^1], out last)
            && first <= last;
    }

    private static bool TryParse(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;
}
