using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Help;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Help;

public sealed class ManualTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lvb-manual-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task There_is_a_page_of_the_program_and_of_each_command_with_all_its_options()
    {
        var result = await CliHost.RunAsync(ManualCommand.Word, _directory);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var commands = new CommandLine().Root.Subcommands.OfType<CliCommand>().Where(c => !c.Hidden).ToList();
        Assert.Equal(commands.Count + 1, Directory.GetFiles(_directory).Length);
        var program = Read("lvbackup");
        foreach (var command in commands)
        {
            var name = ManualWriter.PageOf(command);
            Assert.Contains($@"\fB{Escaped(name)}\fR(1)", program, StringComparison.Ordinal);
            var page = Read(name);
            Assert.All(
                command.Options.Where(option => !option.Hidden),
                option => Assert.Contains(Escaped(option.Name), page, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_page_is_as_expected()
    {
        await CliHost.RunAsync(ManualCommand.Word, _directory);

        Golden.Equal("help/lvbackup-prune.1", Read("lvbackup-prune"));
    }

    [Fact]
    public async Task No_text_is_taken_for_a_request()
    {
        string[] requests = [".TH ", ".nh", ".ad ", ".SH ", ".PP", ".TP"];
        await CliHost.RunAsync(ManualCommand.Word, _directory);

        foreach (var file in Directory.EnumerateFiles(_directory))
        {
            var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
            Assert.All(
                lines.Where(line => line is ['.' or '\'', ..]),
                line => Assert.Contains(requests, request => line.StartsWith(request, StringComparison.Ordinal)));
        }
    }

    private static string Escaped(string text) => text.Replace("-", @"\-", StringComparison.Ordinal);

    private string Read(string page) => File.ReadAllText(Path.Combine(_directory, page + ".1"));
}
