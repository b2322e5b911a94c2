using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Repositories;

/// <summary>What <c>backup</c> says before it starts anything; the rest is in the integration tests.</summary>
public sealed class BackupCommandTests : IDisposable
{
    private readonly SmallRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("backup")]
    [InlineData("backup test --all")]
    [InlineData("backup test --level some")]
    [InlineData("backup test --quiesce perhaps")]
    [InlineData("backup test --quiesce try --quiesce-timeout 5")]
    [InlineData("backup test --limit-rate fast")]
    [InlineData("backup test --disk")]
    [InlineData("backup test --max-points 0")]
    [InlineData("backup test --max-points many")]
    [InlineData("backup test --force-cycle")]
    [InlineData("backup test --keep-checkpoints -1")]
    [InlineData("backup test --keep-checkpoints 1 --no-checkpoint")]
    [InlineData("backup test --keep-checkpoints 1 --level copy")]
    [InlineData("backup test --since c --level full")]
    [InlineData("backup test --since c --level differential")]
    [InlineData("backup test --since c --level copy")]
    [InlineData("backup test --parallel 0")]
    [InlineData("backup --all --parallel 65")]
    [InlineData("backup test --track a.b")]
    [InlineData("backup test --disk vda --exclude vda")]
    [InlineData("backup test --limit-rate 0")]
    public async Task Wrong_usage_is_told_before_anything_is_opened(string line)
    {
        var result = await _repository.RunAsync(line.Split(' '));
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
    }

    [Theory]
    [InlineData("backup test --quiesce-mount /srv")]
    [InlineData("backup test --quiesce try --quiesce-limit 0s")]
    [InlineData("backup test --quiesce try --quiesce-limit 11m")]
    [InlineData("backup test --quiesce try --quiesce-timeout 1h")]
    public async Task Wrong_ways_to_freeze_are_told_before_the_host_is_looked_at(string line)
    {
        await _repository.InitAsync();
        var result = await _repository.RunAsync(line.Split(' '));
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
    }

    [Fact]
    public async Task A_host_that_cannot_do_backups_is_told_in_one_line()
    {
        await _repository.InitAsync();
        var result = await _repository.RunAsync("backup", "test");
        Assert.Equal(6, result.ExitCode);
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Of_several_domains_each_failure_is_told(string parallel)
    {
        await _repository.InitAsync();
        var result = await _repository.RunAsync("backup", "test", "other", "--parallel", parallel, "--json");
        Assert.Equal(6, result.ExitCode);
        Golden.Equal("json/backup-failures.json", result.Out);
        Assert.Matches("^(lvbackup: backup of '(test|other)' failed: [^\n]+\n){2}$", result.Error);
    }
}
