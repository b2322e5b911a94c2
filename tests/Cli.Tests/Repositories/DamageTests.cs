using System.Text.RegularExpressions;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Repositories;

/// <summary>Each kind of file of a repository is damaged, and every command that reads says what to do next.</summary>
public sealed partial class DamageTests : IDisposable
{
    private readonly SmallRepository _repository = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("lvb-cli-damage-").FullName;

    public void Dispose()
    {
        _repository.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("points")]
    [InlineData("indexes")]
    [InlineData("packs")]
    [InlineData("keys")]
    [InlineData("uses")]
    [InlineData("locks")]
    [InlineData("condemned")]
    [InlineData("damaged")]
    [InlineData("distrusted")]
    public async Task Whoever_meets_damage_is_told_what_to_do_next(string kind)
    {
        var point = await FillAsync();
        var file = Path.Combine(_repository.Path, kind);
        if (kind != "config.json")
        {
            var folder = Directory.CreateDirectory(file);
            file = folder.EnumerateFiles("*", SearchOption.AllDirectories).FirstOrDefault()?.FullName
                ?? Path.Combine(file, $"{Guid.NewGuid():n}.json");
        }

        var good = File.Exists(file) ? await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken) : [1];
        await File.WriteAllBytesAsync(file, good[..(good.Length / 2)], TestContext.Current.CancellationToken);

        var told = 0;
        foreach (var line in Commands(point))
        {
            var result = await RunAsync(line);
            if (result.ExitCode != 4) continue;
            told++;
            Assert.True(
                NextStep().IsMatch(result.Out + result.Error),
                $"{string.Join(' ', line)} says only: {result.Out}{result.Error}");
        }

        Assert.NotEqual(0, told);
    }

    private static IEnumerable<string[]> Commands(string point) =>
    [
        ["list"], ["show", point], ["diff", point, point], ["key", "list"], ["restore", point, "--to", "DIR/restored"],
        ["export", point, "--to", "DIR/set"], ["verify"], ["verify", "--scrub"], ["verify", point],
        ["prune", "--keep-last", "1", "--dry-run"], ["gc", "--dry-run"], ["gc"],
        ["report", "--html", "DIR/report.html"], ["forget", point], ["repair"],
    ];

    /// <summary>An encrypted repository with one point that has data.</summary>
    private async Task<string> FillAsync()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_directory, "key"), new string('k', 32), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(_directory, "web.xml"),
            """
            <domain type='qemu'><name>web</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid><devices>
            <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/web'/><target dev='vda'/>
            </disk></devices></domain>
            """,
            TestContext.Current.CancellationToken);
        var data = new byte[3 << 20];
        new Random(1).NextBytes(data);
        await File.WriteAllBytesAsync(Path.Combine(_directory, "vda"), data, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await RunAsync("init", "--encrypt")).ExitCode);
        var imported = await RunAsync(
            "import", "--disk", "vda=DIR/vda", "--definition", "DIR/web.xml", "--no-progress");
        Assert.True(imported.ExitCode == 0, imported.Error);
        return imported.Out.Trim();
    }

    private Task<CliResult> RunAsync(params string[] line) => _repository.RunAsync(
    [
        .. line.Select(word => word.Replace("DIR", _directory, StringComparison.Ordinal)),
        "--key-file", Path.Combine(_directory, "key"), "--state-dir", Path.Combine(_directory, "state"), "-q",
    ]);

    [GeneratedRegex("'lvbackup [a-z-]+|bring (?:that file|it) back", RegexOptions.None, 1000)]
    private static partial Regex NextStep();
}
