using System.Text.Json;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Repositories;

public sealed class RepositoryCommandsTests : IDisposable
{
    private readonly SmallRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Init_says_what_it_made()
    {
        var result = await _repository.RunAsync("init", "--json", "--chunk-size", "128KiB");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        using var document = JsonDocument.Parse(result.Out);
        Assert.Equal("lvbackup/init/1", document.RootElement.GetProperty("schema").GetString());
        Assert.Matches("^[0-9a-f]{8}$", document.RootElement.GetProperty("repository").GetString());
        Assert.Equal(_repository.Path, document.RootElement.GetProperty("location").GetString());
        Assert.Equal(131_072, document.RootElement.GetProperty("chunkSizeBytes").GetInt32());
    }

    [Theory]
    [InlineData("--chunk-size", "much")]
    [InlineData("--chunk-size", "100KiB")]
    [InlineData("--chunk-size", "1TiB")]
    public async Task A_repository_that_makes_no_sense_is_wrong_usage(params string[] options)
    {
        var result = await _repository.RunAsync(["init", .. options]);
        Assert.Equal(2, result.ExitCode);
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
    }

    /// <summary>It will hold disks of guests.</summary>
    [Fact]
    public async Task A_new_directory_is_for_its_owner_alone()
    {
        var directory = Path.Combine(_repository.Path, "shared", "repository");
        Assert.Equal(0, (await CliHost.RunAsync("init", "--repo", directory)).ExitCode);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(directory));
        Assert.True(File.GetUnixFileMode(Path.GetDirectoryName(directory)!).HasFlag(UnixFileMode.OtherExecute));
    }

    [Fact]
    public async Task A_second_init_is_refused()
    {
        await _repository.InitAsync();
        Assert.Equal(1, (await _repository.RunAsync("init")).ExitCode);
    }

    [Fact]
    public async Task Points_are_listed_and_shown()
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        Golden.Equal("json/list.json", (await _repository.RunAsync("list", "--json")).Out);
        Golden.Equal("json/show.json", (await _repository.RunAsync("show", "20260103", "--json")).Out);
        Golden.Equal("text/list.txt", (await _repository.RunAsync("list")).Out);
        Golden.Equal("text/show.txt", (await _repository.RunAsync("show", SmallRepository.Full)).Out);
    }

    [Theory]
    [InlineData("web", SmallRepository.Full)]
    [InlineData("db", SmallRepository.Incremental)]
    [InlineData("none")]
    [InlineData("6695EB01-f6a4-8304-79aa-97f2502e193f", SmallRepository.Full, SmallRepository.Incremental)]
    public async Task A_list_can_be_of_one_domain(string domain, params string[] points)
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        using var document = JsonDocument.Parse((await _repository.RunAsync("list", domain, "--json")).Out);
        var listed = document.RootElement.GetProperty("points").EnumerateArray();
        Assert.Equal(points, listed.Select(p => p.GetProperty("point").GetString()));
    }

    [Theory]
    [InlineData("default", SmallRepository.Full + "\n" + SmallRepository.Incremental + "\n")]
    [InlineData("weekly", "")]
    public async Task A_list_can_be_of_one_track_and_of_ids_only(string track, string ids)
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        Assert.Equal(new CliResult(0, ids, ""), await _repository.RunAsync("list", "--track", track, "--name"));
    }

    [Fact]
    public async Task A_repository_that_nobody_named_is_wrong_usage()
    {
        var result = await CliHost.RunAsync("list");
        Assert.Equal(
            new CliResult(2, "", "lvbackup: no repository is named: give --repo DIR or set LVBACKUP_REPO\n"), result);
    }

    [Fact]
    public async Task A_directory_without_a_repository_is_a_failure() =>
        Assert.Equal(1, (await _repository.RunAsync("list")).ExitCode);

    [Fact]
    public async Task A_damaged_manifest_is_a_matter_of_integrity()
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        var path = Path.Combine(_repository.Path, "points", SmallRepository.Full + ".json");
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            path, text.Replace("1048576", "1048577", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        var result = await _repository.RunAsync("show", SmallRepository.Full);
        Assert.Equal(4, result.ExitCode);
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
    }

    [Fact]
    public async Task Points_are_completed()
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        const string line = "lvbackup show 20260103";
        var result = await _repository.RunAsync("__complete", $"{line.Length}", line);
        Assert.Equal(new CliResult(0, SmallRepository.Incremental + "\n", ""), result);
    }
}
