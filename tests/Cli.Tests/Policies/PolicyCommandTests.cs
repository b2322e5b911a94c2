using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Policies;

/// <summary><c>policy</c> on libvirt's test driver: what it reads, shows and refuses.</summary>
public sealed class PolicyCommandTests : IDisposable
{
    private readonly SmallRepository _repository = new();
    private readonly ManualClock _clock = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("lvb-policy-").FullName;

    // Two days after the newest point of the repository.
    public PolicyCommandTests() => _clock.Advance(TimeSpan.FromDays(3));

    [Fact]
    public async Task Check_tells_every_problem_of_every_file()
    {
        var good = Write("a.yaml", Policy("servers"));
        var bad = Write("b.yml", "version: 1\nname: x y\nschedule: {full: now}");
        var result = await RunAsync("policy", "check", _directory);
        Assert.Equal(2, result.ExitCode);
        Golden.Equal("text/policy-check.txt", result.Out.Replace(_directory, "DIR", StringComparison.Ordinal));
        Assert.Contains($"{good}: policy 'servers' is good", result.Error, StringComparison.Ordinal);

        var json = await RunAsync("policy", "check", bad, "--json");
        Assert.Equal(2, json.ExitCode);
        Golden.Equal("json/policy-check.json", json.Out.Replace(_directory, "DIR", StringComparison.Ordinal));
        Assert.Equal(0, (await RunAsync("policy", "check", good)).ExitCode);
    }

    [Fact]
    public async Task Two_policies_of_one_name_are_a_problem_of_the_second()
    {
        Write("a.yaml", Policy("servers"));
        Write("b.yaml", Policy("servers"));
        var result = await RunAsync("policy", "check", _directory);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(
            "b.yaml:1:1: name: 'servers' is the name of the policy in", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_shows_what_is_taken_and_kept_with_reasons()
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        var file = Write("a.yaml", Policy("servers"));
        var result = await RunAsync("policy", "plan", file, "--days", "10");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Golden.Equal("text/policy-plan.txt", result.Out);
        var json = await RunAsync("policy", "plan", file, "--days", "3", "--json");
        Assert.Equal((0, ""), (json.ExitCode, json.Error));
        Golden.Equal("json/policy-plan.json", json.Out);
    }

    [Fact]
    public async Task Status_shows_what_comes_next()
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        var file = Write("a.yaml", Policy("servers"));
        var result = await RunAsync("policy", "status", file);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Golden.Equal("text/policy-status.txt", result.Out);
        Golden.Equal("json/policy-status.json", (await RunAsync("policy", "status", file, "--json")).Out);
    }

    [Fact]
    public async Task A_run_goes_on_past_what_cannot_be_opened_and_tells_it_by_its_code()
    {
        await _repository.InitAsync();
        var file = Write("a.yaml", Policy("gone").Replace(_repository.Path, "/nowhere", StringComparison.Ordinal));
        var result = await RunAsync("policy", "run", file);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("gone: 1 of 1 tasks failed\n", result.Out);
        Assert.Contains("lvbackup: gone: open failed: ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("policy: --days goes with plan", "run", "--days", "3")]
    [InlineData("policy: --strict goes with run", "plan", "--strict")]
    [InlineData("policy: --days is a number from 1 to 3660", "plan", "--days", "0")]
    [InlineData("the action of policy cannot be 'go'; choose one of check, plan, run, status", "go")]
    public async Task What_does_not_go_together_is_refused(string message, params string[] words)
    {
        var result = await RunAsync(["policy", .. words]);
        Assert.Equal((2, $"lvbackup: {message}\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Without_any_file_the_line_says_where_it_looked()
    {
        var result = await RunAsync("policy", "check", _directory);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith(
            $"lvbackup: no policy file (*.yaml) in '{_directory}'", result.Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _repository.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string Policy(string name) => $$"""
        version: 1
        name: {{name}}
        time-zone: Europe/Berlin
        domains: {names: [test]}
        repository: {directory: {{_repository.Path}}}
        schedule:
          full: monthly on day 1 at 02:00
          incremental: daily at 02:00
        retention: {keep-daily: 3, keep-monthly: 2}
        verify:
          sample: {when: weekly on monday at 05:00}
        """;

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private Task<CliResult> RunAsync(params string[] args) => CliHost.RunAsync(
        _clock,
        new Dictionary<string, string>
        {
            ["LIBVIRT_DEFAULT_URI"] = "test:///default", ["LVBACKUP_STATE"] = Path.Combine(_directory, "state"),
        },
        args);
}
