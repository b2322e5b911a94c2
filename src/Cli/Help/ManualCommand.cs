using System.CommandLine;
using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli.Help;

/// <summary><c>__manual DIR</c>: writes the manual pages, for packages.</summary>
internal sealed class ManualCommand : CliCommand
{
    /// <summary>Its name.</summary>
    internal const string Word = "__manual";

    private readonly Argument<string> _directory = new("dir") { Description = "where the pages go" };

    internal ManualCommand()
        : base(Word, "Write the manual pages; for packages.")
    {
        Hidden = true;
        Add(_directory);
    }

    internal override CommandGroup Group => CommandGroup.Program;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateDirectory(context.Line.GetRequiredValue(_directory)).FullName;
        var line = new CommandLine();
        await WriteAsync(line.Root.Name, writer => writer.WriteProgram(line.Root));
        foreach (var command in line.Root.Subcommands.OfType<CliCommand>().Where(c => !c.Hidden))
            await WriteAsync(ManualWriter.PageOf(command), writer => writer.WriteCommand(command));
        return ExitCode.Done;

        async Task WriteAsync(string page, Action<ManualWriter> write)
        {
            var text = new StringWriter { NewLine = "\n" };
            write(new ManualWriter(text, line.Options));
            await File.WriteAllTextAsync(Path.Combine(directory, page + ".1"), text.ToString(), cancellationToken);
        }
    }
}
