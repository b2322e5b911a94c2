using System.CommandLine;

namespace LibvirtBackup.Cli.Parsing;

/// <summary>Options whose value is a duration.</summary>
internal static class DurationOption
{
    /// <summary>The duration, or the default when the option is not given.</summary>
    /// <exception cref="BackupException">Usage: the value is no duration.</exception>
    internal static TimeSpan Read(ParseResult line, Option<string?> option, TimeSpan @default)
    {
        if (line.GetValue(option) is not { } text)
            return @default;
        return DurationText.TryParse(text, out var duration)
            ? duration
            : throw new BackupException(
                FailureKind.Usage, $"{option.Name} cannot be '{text}'; write a duration such as 90s, 10m or 1h30m");
    }
}
