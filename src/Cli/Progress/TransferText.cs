namespace LibvirtBackup.Cli.Progress;

/// <summary>The words of progress.</summary>
internal static class TransferText
{
    /// <summary>A disk on its way.</summary>
    internal static string Running(string name, long doneBytes, long totalBytes, double? bytesPerSecond) =>
        $"{name}: {Amount(doneBytes, totalBytes)} ({Percent(doneBytes, totalBytes)} %)"
        + (bytesPerSecond is { } rate ? $", {Rate(rate)}" : "")
        + (TimeLeft(doneBytes, totalBytes, bytesPerSecond) is { } left ? $", {left} left" : "");

    /// <summary>A disk that is done.</summary>
    internal static string Finished(string name, long totalBytes, TimeSpan elapsed) =>
        $"{name}: {SizeText.Format(totalBytes)} done in {DurationText.Format(elapsed)}";

    /// <summary>Done and in all.</summary>
    internal static string Amount(long doneBytes, long totalBytes) =>
        $"{SizeText.Format(doneBytes)} of {SizeText.Format(totalBytes)}";

    /// <summary>A speed.</summary>
    internal static string Rate(double bytesPerSecond) => SizeText.Format((long)Math.Max(0, bytesPerSecond)) + "/s";

    /// <summary>How long it will still take at this speed, or null when that cannot be said.</summary>
    internal static string? TimeLeft(long doneBytes, long totalBytes, double? bytesPerSecond)
    {
        if (bytesPerSecond is not { } rate || rate < 1)
            return null;
        var seconds = Math.Ceiling((totalBytes - doneBytes) / rate);
        return seconds < TimeSpan.FromDays(100).TotalSeconds
            ? DurationText.Format(TimeSpan.FromSeconds(seconds))
            : null;
    }

    private static long Percent(long doneBytes, long totalBytes) =>
        totalBytes <= 0 ? 100 : (long)((Int128)doneBytes * 100 / totalBytes);
}
