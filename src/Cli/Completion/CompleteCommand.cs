using System.CommandLine;
using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli.Completion;

/// <summary>What the shells' scripts call: the words that fit at a place of a line, one a line.</summary>
internal sealed class CompleteCommand : CliCommand
{
    private readonly CommandLine _commandLine;
    private readonly Argument<int> _position = new("position") { Description = "where the cursor stands" };
    private readonly Argument<string> _text = new("line") { Description = "the whole line" };

    internal CompleteCommand(CommandLine commandLine)
        : base("__complete", "Print the words that fit at a place of a line.")
    {
        _commandLine = commandLine;
        Hidden = true;
        Add(_position);
        Add(_text);
    }

    internal override CommandGroup Group => CommandGroup.Program;

    internal override Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var text = context.Line.GetRequiredValue(_text);
        var position = Math.Clamp(context.Line.GetRequiredValue(_position), 0, text.Length);

        // The parser counts from the first word after the program's name.
        var typed = text[..position].TrimStart();
        var name = typed.IndexOf(' ', StringComparison.Ordinal);
        if (name < 0)
            return Task.FromResult(ExitCode.Done);

        var line = typed[(name + 1)..];
        foreach (var word in Fitting(line))
            context.Print(word);
        return Task.FromResult(ExitCode.Done);
    }

    private IEnumerable<string> Fitting(string line)
    {
        var wantsOption = line.Split(' ')[^1].StartsWith('-');
        return _commandLine.Parse(line).GetCompletions(line.Length)
            .Select(item => item.InsertText ?? item.Label)
            .Where(word => word.StartsWith('-') == wantsOption && word != Name)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
    }
}
