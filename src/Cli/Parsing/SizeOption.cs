using System.CommandLine;

namespace LibvirtBackup.Cli.Parsing;

/// <summary>Options whose value is a size.</summary>
internal static class SizeOption
{
    /// <summary>The size in bytes, or null when the option is not given.</summary>
    /// <exception cref="BackupException">Usage: the value is no size.</exception>
    internal static long? Read(ParseResult line, Option<string?> option)
    {
        if (line.GetValue(option) is not { } text)
            return null;
        return SizeText.TryParse(text, out var bytes)
            ? bytes
            : throw new BackupException(
                FailureKind.Usage, $"{option.Name} cannot be '{text}'; write a size such as 64KiB, 8MiB or 1GiB");
    }
}
