using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Completion;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("lvbackup checkpoint-p", "checkpoint-parent")]
    [InlineData("lvbackup checkpoint-list --no", "--no-leaves", "--no-progress")]
    [InlineData("lvbackup completion ", "bash", "fish", "zsh")]
    [InlineData("lvbackup completion z", "zsh")]
    [InlineData("lvbackup checkpoint-list ", "test")]
    [InlineData("lvbackup checkpoint-list te", "test")]
    [InlineData("lvbackup checkpoint-list x")]
    [InlineData("lvbackup checkpoint-list --from ")]
    [InlineData("lvbackup backup-begin --domain ", "test")]
    [InlineData("lvbackup backup-begin test ")]
    [InlineData("lvbackup bitmap-merge te", "test")]
    [InlineData("lvbackup bitmap-remove test ")]
    [InlineData("lvbackup")]
    public async Task The_words_that_fit_are_offered(string line, params string[] words) =>
        Assert.Equal(words, await CompleteAsync(line, line.Length));

    [Fact]
    public async Task Only_what_stands_before_the_cursor_counts() =>
        Assert.Equal(["checkpoint-parent"], await CompleteAsync("lvbackup checkpoint-p --json", 21));

    [Fact]
    public async Task What_cannot_be_reached_offers_nothing()
    {
        var result = await CliHost.RunAsync("__complete", "99", "lvbackup checkpoint-list -c bogus:///x ");
        Assert.Equal(new CliResult(0, "", ""), result);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Each_shell_has_a_script(string shell)
    {
        var result = await CliHost.RunAsync("completion", shell);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Golden.Equal($"completion/{shell}.txt", result.Out);
    }

    [Fact]
    public async Task Bash_completes_with_the_script()
    {
        // What bash does when the user presses the tabulator key.
        const string script = """
            PATH=$1:$PATH
            source <(lvbackup completion bash)
            COMP_LINE='lvbackup checkpoint-d' COMP_POINT=21 COMP_WORDS=(lvbackup checkpoint-d) COMP_CWORD=1
            _lvbackup
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        var result = await CliProcess.RunProgramAsync(
            "/bin/bash", [], "-c", script, "bash", AppContext.BaseDirectory);
        Assert.Equal(new CliResult(0, "checkpoint-delete\ncheckpoint-dumpxml\n", ""), result);
    }

    private static async Task<string[]> CompleteAsync(string line, int position)
    {
        var variables = new Dictionary<string, string> { ["LIBVIRT_DEFAULT_URI"] = "test:///default" };
        var result = await CliHost.RunAsync(variables, "__complete", $"{position}", line);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
