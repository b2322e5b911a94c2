using System.CommandLine;
using System.CommandLine.Parsing;
using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli.Completion;

/// <summary>What the shells' scripts call: the words that fit at a place of a line, one a line.</summary>
internal sealed class CompleteCommand : CliCommand
{
    private readonly Lazy<CommandLine> _commandLine = new(() => new CommandLine());
    private readonly Argument<int> _position = new("position") { Description = "where the cursor stands" };
    private readonly Argument<string> _text = new("line") { Description = "the whole line" };

    internal CompleteCommand()
        : base("__complete", "Print the words that fit at a place of a line.")
    {
        Hidden = true;
        Add(_position);
        Add(_text);
    }

    internal override CommandGroup Group => CommandGroup.Program;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var text = context.Line.GetRequiredValue(_text);
        var typed = text[..Math.Clamp(context.Line.GetRequiredValue(_position), 0, text.Length)].TrimStart();
        var name = typed.IndexOf(' ', StringComparison.Ordinal);
        if (name < 0)
            return ExitCode.Done;

        // The parser counts from the first word after the program's name.
        var line = typed[(name + 1)..];
        var word = line[(line.LastIndexOf(' ') + 1)..];
        var before = _commandLine.Value.Parse(line[..^word.Length]);
        var names = word.StartsWith('-') ? [] : await NamesAsync(context, before, cancellationToken);
        foreach (var fitting in Fixed(line, word).Concat(names.Where(n => n.StartsWith(word, StringComparison.Ordinal)))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            context.Print(fitting);
        }

        return ExitCode.Done;
    }

    private IEnumerable<string> Fixed(string line, string word) => _commandLine.Value.Parse(line)
        .GetCompletions(line.Length)
        .Select(item => item.InsertText ?? item.Label)
        .Where(text => text.StartsWith('-') == word.StartsWith('-') && text != Name);

    private async Task<IReadOnlyList<string>> NamesAsync(
        CommandContext context, ParseResult before, CancellationToken cancellationToken)
    {
        if (before.CommandResult.Command is not CliCommand command)
            return [];
        var values = before.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens)
            .Select(t => t.Value).ToList();
        var kind = OptionAtEnd(before, command) is { } option ? command.KindOf(option) : command.KindAt(values.Count);
        var settings = GlobalSettings.Resolve(_commandLine.Value.Options, before, context.Environment);
        return await new NameSource(settings, context.Environment.Time)
            .ListAsync(kind, values.FirstOrDefault(), cancellationToken);
    }

    // The option that still waits for its value, if the line ends with one.
    private static Option? OptionAtEnd(ParseResult before, CliCommand command) =>
        before.Tokens is [.., { Type: TokenType.Option } last]
            ? command.Options.FirstOrDefault(
                o => (o.Name == last.Value || o.Aliases.Contains(last.Value)) && o.Arity.MaximumNumberOfValues > 0)
            : null;
}
