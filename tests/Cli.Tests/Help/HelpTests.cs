using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Help;

public sealed class HelpTests
{
    public static TheoryData<string> Commands() => [.. Visible().Select(c => c.Name)];

    [Fact]
    public async Task The_program_explains_itself()
    {
        var result = await CliHost.RunAsync("--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        Golden.Equal("help/lvbackup.txt", result.Out);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_explains_itself(string command)
    {
        var result = await CliHost.RunAsync(command, "--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        Golden.Equal($"help/{command}.txt", result.Out);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_a_one_sentence_purpose_and_an_example(string name)
    {
        var command = Visible().Single(c => c.Name == name);
        Assert.EndsWith(".", command.Description, StringComparison.Ordinal);
        Assert.Equal(1, command.Description!.Count(c => c == '.'));
        Assert.NotEmpty(command.Examples);
        Assert.All(command.Examples, e => Assert.StartsWith(name, e.Line, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_example_can_be_typed(string name)
    {
        foreach (var example in Visible().Single(c => c.Name == name).Examples)
        {
            var words = example.Line.Split('>')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Null(UsageCheck.FirstProblem(new CommandLine().Parse(words)));
        }
    }

    [Fact]
    public async Task Help_followed_by_a_command_is_that_commands_page()
    {
        var page = await CliHost.RunAsync("completion", "--help");
        Assert.Equal(page, await CliHost.RunAsync("help", "completion"));
        Assert.Equal(page, await CliHost.RunAsync("completion", "-h"));
    }

    [Fact]
    public async Task No_page_has_a_line_that_is_too_wide_for_a_terminal()
    {
        foreach (var name in Visible().Select(c => c.Name).Append("--help"))
        {
            var page = await CliHost.RunAsync(name, "--help");
            Assert.All(page.Out.Split('\n'), line => Assert.InRange(line.Length, 0, 120));
        }
    }

    private static IEnumerable<CliCommand> Visible() =>
        new CommandLine().Root.Subcommands.OfType<CliCommand>().Where(c => !c.Hidden);
}
