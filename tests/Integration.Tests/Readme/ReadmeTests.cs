using System.Diagnostics;
using System.Runtime.CompilerServices;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Readme;

/// <summary>What the README shows is what works.</summary>
public sealed class ReadmeTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_program_in_the_README_is_the_one_that_the_solution_compiles() => Assert.Equal(
        Read("samples/Backup/Program.cs").TrimEnd(),
        Block(Read("README.md"), "csharp").TrimEnd());

    [Fact]
    public async Task The_commands_in_the_README_back_a_domain_up_and_restore_it()
    {
        await using var scene = await BackupScene.StartAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(16 * Units.MiB));
        await scene.Guest.WritePatternAsync("vda", 0, Units.MiB, seed: 1, Token);
        var oracle = await scene.CaptureOracleAsync();
        var commands = Block(Read("README.md")[Read("README.md").IndexOf("## Use\n", StringComparison.Ordinal)..], "sh")
            .Split('\n')
            .Where(line => line.StartsWith("lvbackup ", StringComparison.Ordinal))
            .Select(line => line.Split('#')[0].Trim())
            .ToList();
        Assert.Equal(
            ["init", "backup", "list", "report", "restore", "verify", "prune", "gc"],
            commands.Select(command => command.Split(' ')[1]));

        var restored = Path.Combine(scene.Guest.Directory, "restored");
        var point = "";
        foreach (var command in commands)
        {
            var line = command.Replace("web1", scene.Guest.Name, StringComparison.Ordinal)
                .Replace("POINT", point, StringComparison.Ordinal)
                .Replace($"/tmp/{scene.Guest.Name}", restored, StringComparison.Ordinal)
                .Replace("backups.html", Path.Combine(scene.Guest.Directory, "backups.html"), StringComparison.Ordinal);
            var printed = await RunAsync(scene, line);
            if (command.StartsWith("lvbackup backup", StringComparison.Ordinal)) point = printed.Trim();
        }

        var raw = Path.Combine(scene.Guest.Directory, "restored.raw");
        _ = (await Tool.RunAsync(
            "qemu-img", ["convert", "-O", "raw", Path.Combine(restored, "vda.qcow2"), raw], Token)).Value;
        Assert.Null(await DiskOracle.CompareRawAsync(oracle["vda"], raw, Token));
    }

    private async Task<string> RunAsync(BackupScene scene, string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, words[0]), words[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["LIBVIRT_DEFAULT_URI"] = scene.Guest.Host.ConnectionUri;
        start.Environment["LVBACKUP_REPO"] = Path.Combine(scene.Guest.Directory, "readme-repo");
        start.Environment["LVBACKUP_STATE"] = scene.StateDirectory;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Token);
        var printed = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        output.WriteLine($"$ {line}\n{printed}{await error}");
        Assert.Equal(0, process.ExitCode);
        return printed;
    }

    private static string Block(string text, string language)
    {
        var fence = $"```{language}\n";
        var start = text.IndexOf(fence, StringComparison.Ordinal) + fence.Length;
        return text[start..text.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static string Read(string path, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../..", path));
}
