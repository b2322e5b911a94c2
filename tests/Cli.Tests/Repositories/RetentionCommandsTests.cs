using System.Text.Json;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Repositories;

public sealed class RetentionCommandsTests : IDisposable
{
    private readonly SmallRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Prune_says_why_each_point_stays_or_goes_and_does_it()
    {
        await _repository.InitAsync();
        var ids = _repository.AddDays(4);
        var rules = new[] { "--keep-last", "2", "--keep-monthly", "1" };
        var dry = await _repository.RunAsync(["prune", .. rules, "--dry-run"]);
        Golden.Equal("text/prune-dry-run.txt", dry.Out);
        Assert.Equal((0, "would remove 2 of 4 points; nothing was done\n"), (dry.ExitCode, dry.Error));
        Assert.Equal(ids, await ListAsync());

        var result = await _repository.RunAsync(["prune", "web", .. rules, "--json"]);
        Golden.Equal("json/prune.json", result.Out);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(ids.Skip(2), await ListAsync());
    }

    [Fact]
    public async Task Prune_without_a_rule_does_nothing()
    {
        await _repository.InitAsync();
        var ids = _repository.AddDays(2);
        var result = await _repository.RunAsync("prune");
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: [^\n]+ keep-last 7\n$", result.Error);
        Assert.Equal(ids, await ListAsync());
    }

    [Fact]
    public async Task Prune_of_a_domain_that_has_no_point_is_a_failure()
    {
        await _repository.InitAsync();
        _repository.AddDays(1);
        Assert.Equal(1, (await _repository.RunAsync("prune", "wbe", "--keep-last", "1")).ExitCode);
    }

    [Fact]
    public async Task Forget_removes_all_points_that_it_is_given()
    {
        await _repository.InitAsync();
        var ids = _repository.AddDays(4);
        var result = await _repository.RunAsync("forget", "20260102", ids[1], ids[1]);
        Assert.Equal(
            new CliResult(0, $"{ids[0]}\n{ids[1]}\n", "removed 2 points; 'lvbackup gc' gives the space back\n"),
            result);
        Assert.Equal(ids.Skip(2), await ListAsync());
    }

    [Fact]
    public async Task Forget_says_what_the_next_backup_will_cost()
    {
        await _repository.InitAsync();
        var ids = _repository.AddDays(2);
        var result = await _repository.RunAsync("forget", ids[1], "--json");
        Golden.Equal("json/forget.json", result.Out);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("read everything", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026")]
    [InlineData("2027")]
    [InlineData("")]
    [InlineData("../config")]
    public async Task Forget_removes_nothing_when_one_id_fits_no_point_or_several(string doubtful)
    {
        await _repository.InitAsync();
        var ids = _repository.AddDays(3);
        var result = await _repository.RunAsync("forget", ids[0], doubtful);
        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Equal(ids, await ListAsync());
    }

    [Fact]
    public async Task A_point_that_cannot_be_read_can_be_removed()
    {
        await _repository.InitAsync();
        var ids = _repository.AddDays(2);
        await File.WriteAllTextAsync(
            Path.Combine(_repository.Path, "points", ids[0] + ".json"), "{", TestContext.Current.CancellationToken);
        Assert.Equal(4, (await _repository.RunAsync("list")).ExitCode);
        Assert.Equal(0, (await _repository.RunAsync("forget", ids[0])).ExitCode);
        Assert.Equal(ids.Skip(1), await ListAsync());
    }

    [Fact]
    public async Task Gc_says_what_it_freed()
    {
        await _repository.InitAsync();
        _repository.AddDays(1);
        var name = new string('a', 64);
        var leftover = Path.Combine(_repository.Path, "packs", "aa", name);
        Directory.CreateDirectory(Path.GetDirectoryName(leftover)!);
        await File.WriteAllBytesAsync(leftover, new byte[3000], TestContext.Current.CancellationToken);

        var dry = await _repository.RunAsync("gc", "--dry-run");
        Assert.Equal(new CliResult(0, "would free about 2.9 KiB\n", ""), dry);
        Golden.Equal("json/gc.json", (await _repository.RunAsync("gc", "--json")).Out);
        Assert.False(File.Exists(leftover));
        Assert.Equal(
            new CliResult(0, "freed 0 B\n", "points need all that is stored\n"),
            await _repository.RunAsync("gc"));
    }

    [Fact]
    public async Task Diff_lists_where_disks_differ()
    {
        await _repository.InitAsync();
        var ids = _repository.AddDays(3);
        Golden.Equal("json/diff.json", (await _repository.RunAsync("diff", ids[0], ids[1], "--json")).Out);
        var text = await _repository.RunAsync("diff", ids[2], ids[1], "--disk", "vda");
        Golden.Equal("text/diff.txt", text.Out);
        Assert.Equal((0, "vda: 1.0 MiB changed in 2 extents\n"), (text.ExitCode, text.Error));
    }

    [Fact]
    public async Task Diff_of_a_disk_that_no_point_has_is_a_failure()
    {
        await _repository.InitAsync();
        var ids = _repository.AddDays(2);
        var result = await _repository.RunAsync("diff", ids[0], ids[1], "--disk", "vdz");
        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: [^\n]+ they have vda\n$", result.Error);
    }

    private async Task<IReadOnlyList<string?>> ListAsync()
    {
        using var document = JsonDocument.Parse((await _repository.RunAsync("list", "--json")).Out);
        return [.. document.RootElement.GetProperty("points").EnumerateArray()
            .Select(p => p.GetProperty("point").GetString())];
    }
}
