using System.CommandLine;
using System.CommandLine.Completions;

namespace LibvirtBackup.Cli.Parsing;

/// <summary>Words of a fixed set: the names of an enum in lower case.</summary>
internal static class Choice
{
    /// <summary>All words, for help and messages.</summary>
    internal static string Words<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()));

    /// <summary>The same for the shell's completion.</summary>
    internal static Option<string?> Complete<T>(Option<string?> option)
        where T : struct, Enum
    {
        option.CompletionSources.Add(_ => Enum.GetValues<T>().Select(value => new CompletionItem(Word(value))));
        return option;
    }

    /// <summary>The word of a value.</summary>
    internal static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    /// <summary>The value of a word.</summary>
    /// <param name="option">The option, for the message.</param>
    /// <param name="text">The word, or null for the default.</param>
    /// <param name="default">The default.</param>
    /// <exception cref="BackupException">Usage: there is no such word.</exception>
    internal static T Parse<T>(string option, string? text, T @default)
        where T : struct, Enum
    {
        if (text is null)
            return @default;
        foreach (var value in Enum.GetValues<T>())
        {
            if (text == Word(value))
                return value;
        }

        throw new BackupException(FailureKind.Usage, $"{option} cannot be '{text}'; choose one of {Words<T>()}");
    }
}
