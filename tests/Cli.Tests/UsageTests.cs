using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("no command is given; see 'lvbackup --help'")]
    [InlineData("there is no command 'bogus'; see 'lvbackup --help'", "bogus")]
    [InlineData("there is no command '--bogus'; see 'lvbackup --help'", "--bogus")]
    [InlineData("completion: there is no option --bogus; see 'lvbackup completion --help'", "completion", "--bogus")]
    [InlineData("completion: there is no option -x; see 'lvbackup completion --help'", "completion", "-x", "bash")]
    [InlineData("completion: there is no script for the shell '--bash'; use bash, zsh or fish",
        "completion", "--", "--bash")]
    [InlineData("completion: <shell> is missing; see 'lvbackup completion --help'", "completion")]
    [InlineData("completion: --connect needs a value; see 'lvbackup completion --help'", "completion", "bash", "-c")]
    [InlineData("completion: unrecognized command or argument 'x'; see 'lvbackup completion --help'",
        "completion", "bash", "x")]
    public async Task Wrong_usage_is_one_line_and_exit_code_2(string message, params string[] args)
    {
        var result = await CliHost.RunAsync(args);
        Assert.Equal(new CliResult(2, "", $"lvbackup: {message}\n"), result);
    }

    [Fact]
    public async Task With_json_a_failure_is_a_document_as_well()
    {
        var result = await CliHost.RunAsync("completion", "tcsh", "--json");
        Assert.Equal(2, result.ExitCode);
        Golden.Equal("json/error-usage.json", result.Out);
        Assert.Equal("lvbackup: completion: there is no script for the shell 'tcsh'; use bash, zsh or fish\n",
            result.Error);
    }

    [Fact]
    public async Task Json_is_recognised_on_a_line_that_cannot_be_parsed()
    {
        var result = await CliHost.RunAsync("bogus", "--json");
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("{\n  \"schema\": \"lvbackup/error/1\",", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_prints_its_version_and_ends_well()
    {
        var fast = await CliProcess.RunAsync("--version");
        Assert.Equal(0, fast.ExitCode);
        Assert.Matches(@"^lvbackup \d+\.\d+\.\d+\n$", fast.Out);
        Assert.Empty(fast.Error);
        Assert.Equal(fast, await CliProcess.RunAsync("--version", "-q"));
    }

    [Fact]
    public async Task Results_that_cannot_be_written_are_a_failure()
    {
        var result = await CliProcess.RunProgramAsync(
            "/bin/sh", [], "-c", "\"$0\" --help > /dev/full", CliProcess.Program);
        Assert.Equal(1, result.ExitCode);
        Assert.Matches("^lvbackup: what was asked is done, but stdout cannot be written: [^\n]+\n$", result.Error);
    }

    [Theory]
    [InlineData("\"$0\" --help 2> /dev/full", 0)]
    [InlineData("\"$0\" bogus 2> /dev/full", 2)]
    [InlineData("\"$0\" bogus --json > /dev/full", 2)]
    [InlineData("\"$0\" --help | true; exit ${PIPESTATUS[0]}", 0)]
    public async Task Streams_that_nobody_reads_change_no_exit_code(string script, int exitCode)
    {
        var result = await CliProcess.RunProgramAsync("/bin/bash", [], "-c", script, CliProcess.Program);
        Assert.Equal(exitCode, result.ExitCode);
    }

    [Fact]
    public async Task A_process_ends_with_code_2_after_wrong_usage()
    {
        var result = await CliProcess.RunAsync("bogus");
        Assert.Equal(new CliResult(2, "", "lvbackup: there is no command 'bogus'; see 'lvbackup --help'\n"), result);
    }
}
