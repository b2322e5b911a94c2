using System.CommandLine;
using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli.Help;

/// <summary>Writes manual pages (troff with the man macros) of the same definitions as the help pages.</summary>
internal sealed class ManualWriter(TextWriter output, GlobalOptions globals)
{
    private const string Program = "lvbackup";

    /// <summary>Writes the page of the program.</summary>
    internal void WriteProgram(Command root)
    {
        var commands = root.Subcommands.OfType<CliCommand>().Where(c => !c.Hidden).ToList();
        Begin(Program, root.Description!); // the root has one
        Section("SYNOPSIS");
        Line($@"\fB{Program}\fR \fIcommand\fR [\fIoptions\fR]");
        foreach (var group in commands.GroupBy(c => c.Group))
        {
            Section(HelpRows.Title(group.Key).ToUpperInvariant());
            foreach (var command in group)
                Item($@"\fB{Escape(PageOf(command))}\fR(1)", command.Description);
        }

        Section("OPTIONS OF ALL COMMANDS");
        foreach (var option in globals.All) Option(option);
        Section("EXIT STATUS");
        foreach (var (code, meaning) in HelpRows.ExitCodes) Item($@"\fB{code}\fR", meaning);
        Section("FILES");
        foreach (var (path, meaning) in HelpRows.Files) Item($@"\fI{Escape(path)}\fR", meaning);
        Section("SEE ALSO");
        Line(string.Join(", ", commands.Select(c => $@"\fB{Escape(PageOf(c))}\fR(1)").Append(@"\fBvirsh\fR(1)")));
    }

    /// <summary>Writes the page of a command.</summary>
    internal void WriteCommand(CliCommand command)
    {
        Begin(PageOf(command), command.Description!); // all commands have one
        Section("SYNOPSIS");
        var values = string.Concat(command.Arguments.Select(HelpRows.Usage));
        Line($@"\fB{Program} {Escape(command.Name)}\fR{Escape(values)} [\fIoptions\fR]");
        if (command.Details is { } details)
        {
            Section("DESCRIPTION");
            foreach (var paragraph in details.Split("\n\n"))
            {
                output.WriteLine(".PP");
                Text(paragraph);
            }
        }

        if (command.Arguments.Count > 0) Section("VALUES");
        foreach (var argument in command.Arguments)
            Item($@"\fI{Escape(argument.Name)}\fR", HelpRows.Describe(command, argument));
        var options = command.Options.Where(o => !o.Hidden).ToList();
        if (options.Count > 0) Section("OPTIONS");
        foreach (var option in options) Option(option);
        if (command.Examples.Count > 0) Section("EXAMPLES");
        foreach (var example in command.Examples) Item($@"\fB{Program} {Escape(example.Line)}\fR", example.Explanation);
        Section("SEE ALSO");
        Line($@"\fB{Program}\fR(1), for the options of all commands and the exit status");
    }

    /// <summary>The name of a command's page, without its section.</summary>
    internal static string PageOf(CliCommand command) => $"{Program}-{command.Name}";

    private void Begin(string page, string purpose)
    {
        output.WriteLine($".TH {Escape(page.ToUpperInvariant())} 1 \"\" \"{Program} {ProgramVersion.Number}\"");
        // Ragged, and words stay whole: options are there to be copied.
        output.WriteLine(".nh\n.ad l");
        Section("NAME");
        Line($@"{Escape(page)} \- {Escape(purpose.TrimEnd('.'))}");
    }

    private void Section(string title) => output.WriteLine($".SH \"{Escape(title)}\"");

    private void Option(Option option)
    {
        var (names, description) = HelpRows.Row(option);
        Item($@"\fB{Escape(names)}\fR", description);
    }

    private void Item(string head, string? text)
    {
        output.WriteLine(".TP");
        Line(head);
        Text(text ?? "");
    }

    private void Text(string text)
    {
        foreach (var line in text.Split('\n')) Line(Escape(line.Trim()));
    }

    // A line that begins with a dot or an apostrophe would be a request.
    private void Line(string line) => output.WriteLine(line is ['.' or '\'', ..] ? @"\&" + line : line);

    // A bare hyphen may be set as another character, which no shell takes; so may quotes.
    private static string Escape(string text) => text
        .Replace(@"\", @"\e", StringComparison.Ordinal)
        .Replace("-", @"\-", StringComparison.Ordinal)
        .Replace("'", @"\(aq", StringComparison.Ordinal)
        .Replace("\"", @"\(dq", StringComparison.Ordinal)
        .Replace("~", @"\(ti", StringComparison.Ordinal)
        .Replace("^", @"\(ha", StringComparison.Ordinal)
        .Replace("`", @"\(ga", StringComparison.Ordinal);
}
