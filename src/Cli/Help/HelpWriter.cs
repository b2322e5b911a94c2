using System.CommandLine;
using LibvirtBackup.Cli.Commands;

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

    private static string Describe(CliCommand command, Argument argument) =>
        argument.Description + (command.Slots.FirstOrDefault(s => s.Positional == argument) is { } slot
            ? $" (or {slot.Named.Name})"
            : "");

    private static string Usage(Argument argument)
    {
        var many = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
        var required = argument.Arity.MinimumNumberOfValues > 0
            || argument.Parents.OfType<CliCommand>().Any(c => c.Slots.Any(s => s.Positional == argument && s.Required));
        return required ? $" <{argument.Name}>{many}" : $" [<{argument.Name}>{many}]";
    }

    private static (string Left, string Right) Row(Option option)
    {
        var names = option.Aliases.Append(option.Name).OrderBy(n => n.Length);
        var value = option.Arity.MaximumNumberOfValues == 0 ? "" : $" <{option.HelpName ?? "VALUE"}>";
        return (string.Join(", ", names) + value, option.Description ?? "");
    }

    private static string Title(CommandGroup group) => group switch
    {
        CommandGroup.RestorePoints => "Restore points",
        CommandGroup.Views => "Temporary snapshots of running domains",
        CommandGroup.Exports => "Restore points and views, served in the background",
        CommandGroup.Checkpoints => "Checkpoints, as virsh has them",
        CommandGroup.Bitmaps => "Dirty bitmaps, below the checkpoints",
        CommandGroup.Chains => "Snapshots and block jobs that keep checkpoints true",
        CommandGroup.BackupJobs => "libvirt's backup jobs",
        CommandGroup.Program => "The program itself",
    };

    private static IEnumerable<(string Left, string Right)> ExitCodes =>
    [
        ("0", "done"),
        ("1", "failed; one line on stderr says what, on what, why and what next"),
        ("2", "wrong usage"),
        ("3", "done with warnings (only with --strict)"),
        ("4", "stored data does not verify"),
        ("5", "another job or lock is in the way"),
        ("6", "this host cannot do it"),
        ("130", "interrupted by a signal, after clean-up"),
    ];
}
