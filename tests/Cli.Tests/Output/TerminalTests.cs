using System.Security.Cryptography;
using System.Text.RegularExpressions;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Output;

/// <summary>What the program prints on a terminal: <c>script</c> gives it one.</summary>
public sealed partial class TerminalTests : IDisposable
{
    private readonly SmallRepository _repository = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("xterm", null, true)]
    [InlineData("xterm", "", true)]
    [InlineData("xterm", "1", false)]
    [InlineData("dumb", null, false)]
    public async Task Errors_are_colored_unless_the_user_does_not_want_it(string term, string? noColor, bool isColored)
    {
        await _repository.InitAsync();
        var printed = await RunAsync("lvbackup show nothing || true", term, noColor);
        Assert.Contains("no restore point 'nothing'", printed, StringComparison.Ordinal);
        Assert.Equal(isColored, printed.Contains("\e[1;31mlvbackup:\e[0m ", StringComparison.Ordinal));
        Assert.Equal(isColored, Color().IsMatch(printed));
    }

    [Fact]
    public async Task Bars_have_no_colors_when_the_user_does_not_want_them()
    {
        await _repository.InitAsync();
        var image = Path.Combine(_repository.Path, "vda.img");
        await File.WriteAllBytesAsync(image, RandomNumberGenerator.GetBytes(1 << 20), Token);
        await File.WriteAllTextAsync(
            $"{image}.xml",
            $"""
            <domain type='qemu'><name>web</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid><memory>1024</memory>
            <os><type>hvm</type></os><devices><disk type='file' device='disk'><driver name='qemu' type='raw'/>
            <source file='{image}'/><target dev='vda' bus='virtio'/></disk></devices></domain>
            """,
            Token);
        var line = $"lvbackup import --disk vda={image} --definition {image}.xml";
        Assert.Matches(@"\e\[38;5;\d+m", await RunAsync(line, "xterm-256color", null));
        Assert.DoesNotMatch(Color(), await RunAsync(line, "xterm-256color", "1"));
    }

    [Fact]
    public async Task Tables_fit_the_terminal()
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        var lines = (await RunAsync(
            "stty cols 110; lvbackup -q prune --keep-daily 3 --keep-weekly 9 --dry-run", "dumb", null)).Split('\n');
        Assert.True(lines.Length > 3, string.Join('\n', lines));
        Assert.All(lines, line => Assert.True(line.TrimEnd('\r').Length <= 110, line));
    }

    private async Task<string> RunAsync(string line, string term, string? noColor)
    {
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = $"{AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}",
            ["LVBACKUP_REPO"] = _repository.Path, ["TERM"] = term, ["TZ"] = "UTC",
        };
        // The tests may themselves be run with it.
        string[] color = noColor is null ? ["-u", "NO_COLOR"] : [$"NO_COLOR={noColor}"];
        var result = await CliProcess.RunProgramAsync(
            "env", variables, [.. color, "script", "-qec", line, "/dev/null"]);
        return result.Out;
    }

    [GeneratedRegex(@"\e\[[\d;]*m", RegexOptions.None, 1000)]
    private static partial Regex Color();
}
