using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Repositories;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly SmallRepository _repository = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task What_is_whole_verifies()
    {
        await _repository.InitAsync();
        var ids = _repository.AddDays(2);
        Assert.Equal(
            new CliResult(0, $"{ids[0]}: good\n{ids[1]}: good\n", "checked 0 blobs, 0 B of data\n"),
            await _repository.RunAsync("verify", "--no-progress"));
        Golden.Equal("json/verify.json", (await _repository.RunAsync("verify", ids[0], "--json")).Out);
        Assert.Equal(0, (await _repository.RunAsync("verify", "--scrub", "--no-progress")).ExitCode);
    }

    [Fact]
    public async Task What_is_damaged_is_named_and_the_exit_code_says_so()
    {
        await _repository.InitAsync();
        var ids = _repository.AddDays(2);
        await File.WriteAllTextAsync(Path.Combine(_repository.Path, "points", ids[1] + ".json"), "{", Token);
        var damaged = await _repository.RunAsync("verify", "--no-progress");
        Assert.Equal(4, damaged.ExitCode);
        Assert.Contains($"{ids[0]}: good\n{ids[1]}: DAMAGED\n", damaged.Out, StringComparison.Ordinal);

        // Maps that are nowhere.
        _repository.AddDays(2, root: new string('b', 64));
        damaged = await _repository.RunAsync("verify", "--no-progress", "--structure-only");
        Assert.Equal(4, damaged.ExitCode);
        Golden.Equal("text/verify-damaged.txt", damaged.Out);
        Golden.Equal("json/verify-damaged.json", (await _repository.RunAsync("verify", "--json")).Out);
    }

    [Fact]
    public async Task Repair_names_what_stays_lost()
    {
        await _repository.InitAsync();
        _repository.AddDays(1);
        var good = await _repository.RunAsync("repair", "--quiet");
        Assert.Equal(new CliResult(0, "no damage is known any more\n", ""), good);
        _repository.AddDays(1, root: new string('b', 64));
        var lost = await _repository.RunAsync("repair", "--json");
        Assert.Equal(4, lost.ExitCode);
        Golden.Equal("json/repair.json", lost.Out);
    }

    [Fact]
    public async Task Repair_that_had_to_remove_a_note_of_damage_asks_for_a_verify()
    {
        await _repository.InitAsync();
        _repository.AddDays(1);
        var folder = Directory.CreateDirectory(Path.Combine(_repository.Path, "damaged")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "1.json"), "{", Token);
        var result = await _repository.RunAsync("repair", "--quiet");
        Assert.Equal((0, "no damage is known, but verify has to look\n"), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: warning: notes of damage [^\n]+ run 'lvbackup verify' now[^\n]+\n$", result.Error);

        await File.WriteAllTextAsync(Path.Combine(folder, "1.json"), "{", Token);
        result = await _repository.RunAsync("repair", "--json");
        Assert.Contains("\"removedDamageNotes\": 1,\n  \"needsVerify\": true", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scrub_finds_damage_without_knowing_points()
    {
        await _repository.InitAsync();
        var name = new string('a', 64);
        var pack = Path.Combine(_repository.Path, "packs", "aa", name);
        Directory.CreateDirectory(Path.GetDirectoryName(pack)!);
        await File.WriteAllBytesAsync(pack, new byte[100], Token);
        Assert.Equal(
            new CliResult(
                4,
                $"Affecting no point above by itself:\n  packs/aa/{name}: the pack has no end\n",
                "checked 0 blobs, 0 B of data\n"
                    + "lvbackup: warning: stored data is damaged: 'lvbackup repair' mends what can be mended, and a "
                    + "full backup ('lvbackup backup DOMAIN --level full') stores again what its disks still hold\n"),
            await _repository.RunAsync("verify", "--scrub", "--no-progress"));
    }

    [Theory]
    [InlineData("--structure-only", "--sample", "5")]
    [InlineData("--sample", "0")]
    [InlineData("--sample", "x")]
    [InlineData("--scrub", "2026")]
    [InlineData("--against-source", "web", "a", "b")]
    [InlineData("--against-source", "web", "--scrub")]
    [InlineData("--sample", "5", "--seed", "1")]
    public async Task What_makes_no_sense_is_wrong_usage(params string[] options)
    {
        await _repository.InitAsync();
        Assert.Equal(2, (await _repository.RunAsync(["verify", .. options])).ExitCode);
    }

    [Fact]
    public async Task A_point_that_is_not_there_is_a_failure()
    {
        await _repository.InitAsync();
        Assert.Equal(1, (await _repository.RunAsync("verify", "2027")).ExitCode);
    }
}
