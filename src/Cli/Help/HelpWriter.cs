using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using static LibvirtBackup.Cli.Help.HelpRows;

namespace LibvirtBackup.Cli.Help;

/// <summary>Writes help pages: purpose, usage, values, options, lines to copy.</summary>
internal sealed class HelpWriter(TextWriter output, GlobalOptions globals)
{
    /// <summary>Writes the page of a command, or of the program.</summary>
    internal void Write(Command command)
    {
        if (command is CliCommand named)
            WriteCommand(named);
        else
            WriteProgram(command);
    }

    private void WriteProgram(Command root)
    {
        output.WriteLine(root.Description);
        Section("Usage");
        output.WriteLine("  lvbackup <command> [options]");
        foreach (var group in root.Subcommands.OfType<CliCommand>().Where(c => !c.Hidden).GroupBy(c => c.Group))
        {
            Section(Title(group.Key));
            HelpColumns.Write(output, group.Select(c => (c.Name, c.Description ?? "")));
        }

        Section("Options of all commands");
        HelpColumns.Write(output, globals.All.Select(Row));
        Section("Exit codes");
        HelpColumns.Write(output, ExitCodes);
        output.WriteLine();
        output.WriteLine("'lvbackup <command> --help' explains a command and gives examples.");
    }

    private void WriteCommand(CliCommand command)
    {
        output.WriteLine(command.Description);
        if (command.Details is { } details)
        {
            output.WriteLine();
            HelpColumns.WriteParagraph(output, details);
        }

        Section("Usage");
        output.WriteLine($"  lvbackup {command.Name}{string.Concat(command.Arguments.Select(Usage))} [options]");
        if (command.Arguments.Count > 0)
        {
            Section("Values");
            HelpColumns.Write(output, command.Arguments.Select(a => ($"<{a.Name}>", Describe(command, a))));
        }

        var options = command.Options.Where(o => !o.Hidden).ToList();
        if (options.Count > 0)
        {
            Section("Options");
            HelpColumns.Write(output, options.Select(Row));
        }

        if (command.Examples.Count > 0)
            Section("Examples");
        foreach (var example in command.Examples)
        {
            output.WriteLine($"  lvbackup {example.Line}");
            output.WriteLine($"      {example.Explanation}");
        }

        output.WriteLine();
        output.WriteLine("'lvbackup --help' lists the options of all commands and the exit codes.");
    }

    private void Section(string title)
    {
        output.WriteLine();
        output.WriteLine(title + ":");
    }
}
