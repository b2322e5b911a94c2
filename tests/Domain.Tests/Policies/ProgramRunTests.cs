using LibvirtBackup.Policies.Running;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Policies;

/// <summary>Users' programs: what they are given, and how they end.</summary>
public sealed class ProgramRunTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_reads_its_input_and_sees_no_shell()
    {
        var file = _directory.File("$HOME; touch x");
        Assert.Null(await RunAsync(["/usr/bin/tee", file], TimeSpan.FromSeconds(30), "hello"));
        Assert.Equal("hello", await File.ReadAllTextAsync(file, Token));
    }

    [Fact]
    public async Task One_that_does_not_read_its_input_is_no_failure() => Assert.Null(
        await RunAsync(["/bin/true"], TimeSpan.FromSeconds(30), new string('x', 1 << 20)));

    [Fact]
    public async Task A_failure_has_its_code_and_the_beginning_of_what_it_said()
    {
        var failure = await Shell("echo out; echo err >&2; head -c 1000000 /dev/zero | tr '\\0' y; exit 7", 30);
        Assert.StartsWith("'/bin/sh' failed with exit code 7: ", failure, StringComparison.Ordinal);
        Assert.InRange(failure!.Length, 1000, LimitedOutput.MostCharacters + 100);
        Assert.DoesNotContain('\n', failure);
    }

    [Fact]
    public async Task After_its_time_it_is_ended_with_all_that_it_has_started()
    {
        var file = _directory.File("child");
        var failure = await Shell($"trap '' TERM; sleep 300 & echo $! > {file}; wait; wait", 1);
        Assert.StartsWith("'/bin/sh' did not end within 1s and was ended", failure, StringComparison.Ordinal);
        await AssertGoneAsync(file);
    }

    [Fact]
    public async Task What_it_leaves_behind_is_ended()
    {
        var file = _directory.File("child");
        Assert.Null(await Shell($"sleep 300 & echo $! > {file}", 30));
        await AssertGoneAsync(file);
    }

    [Fact]
    public async Task One_that_is_not_there_is_told() => Assert.Contains(
        "/nowhere/program", await RunAsync(["/nowhere/program"], TimeSpan.FromSeconds(30), ""),
        StringComparison.Ordinal);

    public void Dispose() => _directory.Dispose();

    private static async Task AssertGoneAsync(string file)
    {
        var id = (await File.ReadAllTextAsync(file, Token)).Trim();
        // Its new parent reaps it when it likes.
        while (Directory.Exists($"/proc/{id}")
            && !(await File.ReadAllTextAsync($"/proc/{id}/stat", Token)).Contains(") Z", StringComparison.Ordinal))
            await Task.Delay(20, Token);
    }

    private static Task<string?> Shell(string line, int seconds) =>
        RunAsync(["/bin/sh", "-c", line], TimeSpan.FromSeconds(seconds), "");

    private static Task<string?> RunAsync(string[] command, TimeSpan timeout, string input) => ProgramRun.RunAsync(
        command, timeout, System.Text.Encoding.UTF8.GetBytes(input), TimeProvider.System, Token);
}
