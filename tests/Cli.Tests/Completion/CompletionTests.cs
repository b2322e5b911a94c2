using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Completion;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("lvbackup checkpoint-p", "checkpoint-parent")]
    [InlineData("lvbackup checkpoint-list --no", "--no-leaves", "--no-progress")]
    [InlineData("lvbackup completion ", "bash", "fish", "zsh")]
    [InlineData("lvbackup completion z", "zsh")]
    [InlineData("lvbackup key r", "remove", "rotate")]
    [InlineData("lvbackup policy ", "check", "plan", "run", "status")]
    [InlineData("lvbackup backup web --level ", "auto", "copy", "differential", "full", "incremental")]
    [InlineData("lvbackup backup web --quiesce t", "try")]
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

    [Theory]
    [InlineData("snapshot-show ", "before-upgrade", "nightly")]
    [InlineData("snapshot-show nightly ")]
    [InlineData("snapshot-close nightly b", "before-upgrade")]
    [InlineData("export-start --view ", "before-upgrade", "nightly")]
    [InlineData("serve --view n", "nightly")]
    [InlineData("export-stop ", "served")]
    public async Task Views_and_exports_of_this_host_are_offered_by_name(string line, params string[] words)
    {
        var state = Directory.CreateTempSubdirectory("lvb-cli-names-").FullName;
        try
        {
            foreach (var name in (string[])["nightly", "before-upgrade"]) await WriteAsync(state, "views", name, $$"""
                {
                  "name": "{{name}}", "id": "0123abcd", "domainUuid": "6435bf46-9cc6-411e-8a32-b18f9f4a2d4a",
                  "domain": "web", "scratch": "/scratch/lvb-0123abcd", "time": "2026-01-31T02:00:00+00:00",
                  "canDrop": true, "phase": "Open", "disks": []
                }
                """);
            await WriteAsync(state, "exports", "served", """
                {
                  "order": { "name": "served", "points": [], "mostClients": 1 }, "started": "2026-01-31T02:00:00+00:00",
                  "process": { "processId": 1, "startTime": 1, "bootId": "none", "pidNamespace": "none" },
                  "uris": [], "warnings": []
                }
                """);
            line = $"lvbackup --state-dir {state} {line}";
            Assert.Equal(words, await CompleteAsync(line, line.Length));
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

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

    /// <summary>zsh as its user has it: the script in $fpath, a terminal, and the tabulator key.</summary>
    [Fact]
    public async Task Zsh_completes_with_the_script()
    {
        const string script = """
            zmodload zsh/zpty
            dir=$(mktemp -d)
            $1/lvbackup completion zsh >$dir/_lvbackup
            zpty shell "PATH=$1:$PATH TERM=dumb zsh -f -i"
            zpty -w shell "PS1='ready> '; fpath=($dir \$fpath); autoload -U compinit; compinit -u -d $dir/dump"
            zpty -n -w shell $'lvbackup checkpoint-p\t\nexit\n'
            zpty -r -m shell out '*checkpoint-parent:*' && echo completed
            zpty -d shell
            rm -rf $dir
            """;
        Assert.Contains("completed", await CompleteByAsync("zsh", "-f", "-c", script, "zsh", AppContext.BaseDirectory));
    }

    [Theory]
    [InlineData("lvbackup checkpoint-d", "checkpoint-delete\ncheckpoint-dumpxml\n")]
    [InlineData("lvbackup completion f", "fish\n")]
    [InlineData("lvbackup checkpoint-list --no-l", "--no-leaves\n")]
    [InlineData("lvbackup restore x --to /usr/include/libvirt/libvirt-qe", "/usr/include/libvirt/libvirt-qemu.h\n")]
    public async Task Fish_completes_with_the_script(string line, string words)
    {
        const string script = """
            set -gx PATH $argv[1] $PATH
            lvbackup completion fish | source
            complete -C $argv[2]
            """;
        Assert.Equal(
            words, await CompleteByAsync("fish", "--no-config", "-c", script, AppContext.BaseDirectory, line));
    }

    /// <summary>eng/test.sh installs the shells.</summary>
    private static async Task<string> CompleteByAsync(string shell, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists($"/usr/bin/{shell}"), $"no {shell} on this machine");
        var result = await CliProcess.RunProgramAsync($"/usr/bin/{shell}", [], arguments);
        Assert.Equal("", result.Error);
        return result.Out;
    }

    private static async Task<string[]> CompleteAsync(string line, int position)
    {
        var variables = new Dictionary<string, string> { ["LIBVIRT_DEFAULT_URI"] = "test:///default" };
        var result = await CliHost.RunAsync(variables, "__complete", $"{position}", line);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Writes the record of a view or an export.</summary>
    private static Task WriteAsync(string state, string kind, string name, string record)
    {
        var directory = Directory.CreateDirectory(Path.Combine(state, kind, name)).FullName;
        return File.WriteAllTextAsync(
            Path.Combine(directory, $"{kind.TrimEnd('s')}.json"), record, TestContext.Current.CancellationToken);
    }
}
