using System.CommandLine;
using System.CommandLine.Parsing;

namespace LibvirtBackup.Cli;

/// <summary>Finds what is wrong with a line.</summary>
internal static class UsageCheck
{
    /// <summary>The first problem, or null.</summary>
    internal static string? FirstProblem(ParseResult result)
    {
        if (result.CommandResult.Parent is null)
        {
            return result.UnmatchedTokens is [var word, ..]
                ? $"there is no command '{word}'"
                : "no command is given";
        }

        // The parser takes an unknown option for a value while values may still come.
        if (StrayOption(result) is { } stray)
            return $"{result.CommandResult.Command.Name}: there is no option {stray}";
        return result.Errors is [var error, ..]
            ? $"{result.CommandResult.Command.Name}: {Explain(error)}"
            : null;
    }

    private static string Explain(ParseError error) => error.SymbolResult switch
    {
        ArgumentResult { Tokens: [], Parent: CommandResult } missing => $"<{missing.Argument.Name}> is missing",
        OptionResult { IdentifierToken: null } missing => $"{missing.Option.Name} is missing",
        OptionResult { Tokens: [] } empty => $"{empty.Option.Name} needs a value",
        _ => Sentence(error.Message),
    };

    private static string? StrayOption(ParseResult result)
    {
        var tokens = result.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash).ToHashSet(new ByReference());
        var values = result.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens);
        return values.Concat(result.Tokens.Where(t => result.UnmatchedTokens.Contains(t.Value)))
            .FirstOrDefault(t => t.Value is ['-', _, ..] && tokens.Contains(t))?.Value;
    }

    private static string Sentence(string message) => message.TrimEnd('.') is { Length: > 0 } text
        ? char.ToLowerInvariant(text[0]) + text[1..]
        : message;

    private sealed class ByReference : IEqualityComparer<Token>
    {
        public bool Equals(Token? x, Token? y) => ReferenceEquals(x, y);

        public int GetHashCode(Token obj) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj);
    }
}
