using System.Diagnostics;
using System.Text.Json;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Exports;

/// <summary>Exports in the background: processes of the program that outlive the one that started them.</summary>
public sealed class ExportCommandsTests : IAsyncLifetime
{
    private readonly SmallRepository _repository = new();
    private readonly string _state = Directory.CreateTempSubdirectory("lvb-cli-exports-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _repository.InitAsync();
        _repository.AddPoints();
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("export-stop", "--all");
        _repository.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    [Fact]
    public async Task Several_run_at_once_until_they_are_stopped()
    {
        var first = await RunAsync("export-start", SmallRepository.Full, "--name", "one");
        var second = await RunAsync(
            "export-start", SmallRepository.Full, SmallRepository.Incremental, "--listen", "127.0.0.1:0", "--json");
        var list = await RunAsync("export-list");
        using var document = JsonDocument.Parse((await RunAsync("export-list", "--json")).Out);

        Assert.Equal(new CliResult(0, $"nbd+unix:///vda?socket={_state}/exports/one/nbd\n", ""), first);
        Assert.Contains($" one ", list.Out, StringComparison.Ordinal);
        Assert.Contains(first.Out.Trim(), list.Out, StringComparison.Ordinal);
        var exports = document.RootElement.GetProperty("exports");
        Assert.Equal(
            [SmallRepository.Full, "one"],
            exports.EnumerateArray().Select(export => export.GetProperty("name").GetString()));
        Assert.All(
            exports.EnumerateArray(), export => Assert.Equal("serving", export.GetProperty("state").GetString()));
        var uris = exports[0].GetProperty("uris").EnumerateArray().Select(uri => uri.GetString()!).ToList();
        Assert.Equal(2, uris.Count);
        using var started = JsonDocument.Parse(second.Out);
        Assert.Equal(uris, started.RootElement.GetProperty("uris").EnumerateArray().Select(uri => uri.GetString()));
        foreach (var uri in (string[])[first.Out.Trim(), .. uris])
            Assert.Equal("1048576\n", (await CliProcess.RunProgramAsync("nbdinfo", [], "--size", uri)).Out);

        Assert.Equal(0, (await RunAsync("export-stop", "one")).ExitCode);
        Assert.False(Directory.Exists($"{_state}/exports/one"));
        Assert.NotEqual(0, (await CliProcess.RunProgramAsync("nbdinfo", [], first.Out.Trim())).ExitCode);
        Assert.Equal("1048576\n", (await CliProcess.RunProgramAsync("nbdinfo", [], "--size", uris[0])).Out);
        Assert.Equal(0, (await RunAsync("export-stop", "--all")).ExitCode);
        Assert.Empty(Directory.GetDirectories($"{_state}/exports"));
    }

    [Fact]
    public async Task One_that_was_killed_is_told_from_one_that_serves_and_can_be_replaced_and_stopped()
    {
        await StartAndKillAsync("web");

        Assert.Equal("dead", await StateAsync());
        Assert.Equal(0, (await RunAsync("export-start", SmallRepository.Full, "--name", "web")).ExitCode);
        Assert.Equal("serving", await StateAsync());
        var again = await RunAsync("export-start", SmallRepository.Full, "--name", "web");
        Assert.Equal(5, again.ExitCode);
        Assert.Equal(
            "lvbackup: an export 'web' runs already; give another --name, or stop it\n", again.Error);
        await RunAsync("export-stop", "web");

        await StartAndKillAsync("web");
        Assert.Equal(0, (await RunAsync("export-stop", "web")).ExitCode);
        Assert.Empty(Directory.GetDirectories($"{_state}/exports"));
    }

    [Theory]
    [InlineData(1, "no restore point", "export-start", "1999", "--name", "web")]
    [InlineData(2, "an export cannot be called '../web'", "export-start", SmallRepository.Full, "--name", "../web")]
    [InlineData(2, "has no disk 'vdz'", "export-start", SmallRepository.Full, "--disk", "vdz")]
    [InlineData(
        2, "either --socket or --listen", "export-start", SmallRepository.Full, "--socket", "s", "--listen", "s")]
    [InlineData(1, "there is no export 'web'", "export-stop", "web")]
    [InlineData(2, "name the exports to stop", "export-stop")]
    public async Task What_cannot_be_done_is_told_in_one_line_and_leaves_nothing(
        int exitCode, string message, params string[] line)
    {
        var result = await RunAsync(line);

        Assert.Equal((exitCode, ""), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{_state}/exports") && Directory.GetDirectories($"{_state}/exports").Length > 0);
    }

    [Fact]
    public async Task An_export_that_nobody_uses_ends_by_itself()
    {
        await RunAsync("export-start", SmallRepository.Full, "--name", "web", "--idle-timeout", "1s");

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (Directory.Exists($"{_state}/exports/web"))
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        Assert.Contains("\"exports\": []", (await RunAsync("export-list", "--json")).Out, StringComparison.Ordinal);
    }

    private async Task StartAndKillAsync(string name)
    {
        using var started = JsonDocument.Parse(
            (await RunAsync("export-start", SmallRepository.Full, "--name", name, "--json")).Out);
        using var process = Process.GetProcessById(started.RootElement.GetProperty("processId").GetInt32());
        process.Kill();
        await process.WaitForExitAsync(Token);
    }

    private async Task<string?> StateAsync()
    {
        using var document = JsonDocument.Parse((await RunAsync("export-list", "--json")).Out);
        return Assert.Single(document.RootElement.GetProperty("exports").EnumerateArray().ToArray())
            .GetProperty("state").GetString();
    }

    private Task<CliResult> RunAsync(params string[] line) => CliProcess.RunProgramAsync(
        CliProcess.Program, [], [line[0], "--repo", _repository.Path, "--state-dir", _state, "-q", .. line[1..]]);
}
