using LibvirtBackup.Hosts;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Hosts;

/// <summary>Processes that go on when this one ends.</summary>
public sealed class BackgroundProcessTests
{
    [Fact]
    public async Task Lines_before_it_is_ready_are_given_and_it_goes_on()
    {
        using var directory = new TestDirectory();
        var life = directory.File("life"); // it ends with this file
        await File.WriteAllTextAsync(life, "", TestContext.Current.CancellationToken);

        var lines = await StartAsync($"echo one; echo two; echo ready; while [ -e {life} ]; do sleep 0.05; done");

        Assert.Equal(["one", "two"], lines);
    }

    [Theory]
    [InlineData("echo why it cannot >&2; exit 3", "why it cannot")]
    [InlineData("echo first >&2; echo 'lvbackup: the reason' >&2", "the reason")]
    public async Task One_that_ends_before_says_why(string script, string reason)
    {
        var e = await Assert.ThrowsAsync<BackupException>(() => StartAsync(script));
        Assert.EndsWith($"the test does not start: {reason}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_does_not_exist_or_is_not_named_is_told()
    {
        var missing = await Assert.ThrowsAsync<BackupException>(() => RunAsync(["/nowhere/program"]));
        Assert.Contains("cannot be started", missing.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BackupException>(() => RunAsync([]));
    }

    private static Task<IReadOnlyList<string>> StartAsync(string script) => RunAsync(["/bin/sh", "-c", script]);

    private static Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> command) =>
        new BackgroundProcess(command, "the test", TimeProvider.System)
            .StartAsync(TestContext.Current.CancellationToken);
}
