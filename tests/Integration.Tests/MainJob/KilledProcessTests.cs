using System.Globalization;
using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>The program killed in mid-copy: the next backup succeeds without help, and restores right.</summary>
public sealed class KilledProcessTests(ITestOutputHelper output)
{
    private const long Size = 64 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Trait("Hole", "D8")]
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    public async Task A_signal_undoes_the_backup_and_the_next_is_incremental(string signal)
    {
        await using var scene = await StartAsync("bookworm");
        var full = await LvbackupProcess.RunAsync(scene, "backup", scene.Guest.Name);
        await scene.Guest.WritePatternAsync("vda", 0, 8 * Units.MiB, seed: 2, Token);
        using var killed = await StartSlowAsync(scene);

        await killed.SignalAsync(signal);

        var (exitCode, _, error) = await killed.EndAsync();
        output.WriteLine($"{signal}: exit {exitCode}: {error.Trim()}");
        Assert.Equal(130, exitCode);
        await scene.AssertNothingLeftAsync();
        var next = await BackUpAndVerifyAsync(scene);
        Assert.Equal("incremental", next.GetProperty("level").GetString());
        Assert.Equal(PointOf(full), next.GetProperty("parent").GetString());
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task After_kill_9_the_next_backup_cleans_up_and_is_incremental(string suite)
    {
        await using var scene = await StartAsync(suite);
        var full = await LvbackupProcess.RunAsync(scene, "backup", scene.Guest.Name);
        await scene.Guest.WritePatternAsync("vda", 0, 8 * Units.MiB, seed: 2, Token);
        using var killed = await StartSlowAsync(scene);

        await killed.SignalAsync("KILL");

        Assert.Equal(137, (await killed.EndAsync()).ExitCode);
        await scene.Guest.WritePatternAsync("vda", 20 * Units.MiB, Units.MiB, seed: 3, Token);
        var next = await BackUpAndVerifyAsync(
            scene, "ended the backup job that an interrupted run had left",
            "no restore point of this domain in the repository belongs to it; it is removed");
        output.WriteLine($"{suite}: {next}");
        Assert.Equal("incremental", next.GetProperty("level").GetString());
        Assert.Equal(PointOf(full), next.GetProperty("parent").GetString());
        await scene.AssertNothingLeftAsync();
    }

    [Trait("Hole", "D10")]
    [Fact]
    public async Task Two_backups_of_one_domain_at_once_are_refused_with_exit_code_5()
    {
        await using var scene = await StartAsync("bookworm");
        using var first = await StartSlowAsync(scene);
        using var second = LvbackupProcess.Start(scene, "backup", scene.Guest.Name);
        var (exitCode, document, error) = await second.EndAsync();
        Assert.Equal(5, exitCode);
        Assert.Contains("another process", error, StringComparison.Ordinal);
        Assert.Equal(5, JsonDocument.Parse(document).RootElement.GetProperty("exitCode").GetInt32());
        await first.SignalAsync("TERM");
        Assert.Equal(130, (await first.EndAsync()).ExitCode);
        await scene.AssertNothingLeftAsync();
    }

    private static async Task<BackupScene> StartAsync(string suite)
    {
        var scene = await BackupScene.StartAsync(await LabHost.ForAsync(suite), new LabDisk(Size));
        await scene.Guest.WritePatternAsync("vda", 0, 32 * Units.MiB, seed: 1, Token);
        return scene;
    }

    /// <summary>Begins a backup that takes long, and waits until its job runs.</summary>
    private static async Task<LvbackupProcess> StartSlowAsync(BackupScene scene)
    {
        var limit = (Units.MiB / 2).ToString(CultureInfo.InvariantCulture);
        var process = LvbackupProcess.Start(scene, "backup", scene.Guest.Name, "--limit-rate", limit);
        while (true)
        {
            // While the job begins, libvirt fails with "backup job data missing".
            var job = await scene.Guest.Host.Virsh.TryAsync(Token, "domjobinfo", scene.Guest.Name);
            if (job.ExitCode == 0 && job.Output.Contains("Backup", StringComparison.Ordinal)) return process;
            if (process.HasExited) Assert.Fail($"it ended before it was to be killed: {await process.EndAsync()}");
            await Task.Delay(50, Token);
        }
    }

    private static async Task<JsonElement> BackUpAndVerifyAsync(BackupScene scene, params string[] warnings)
    {
        var oracle = await scene.CaptureOracleAsync();
        var document = await LvbackupProcess.RunAsync(scene, "backup", scene.Guest.Name);
        var next = document.GetProperty("points")[0];
        var directory = Path.Combine(scene.Guest.Directory, "restored");
        await LvbackupProcess.RunAsync(
            scene, "restore", next.GetProperty("point").GetString()!, "--to", directory, "--format", "raw");
        var difference = await DiskOracle.CompareRawAsync(oracle["vda"], Path.Combine(directory, "vda.raw"), Token);
        Assert.True(difference is null, $"vda differs from the oracle's copy at byte {difference}");
        var told = document.GetProperty("warnings").EnumerateArray().Select(line => line.GetString()!).ToList();
        foreach (var warning in warnings)
            Assert.Contains(told, line => line.Contains(warning, StringComparison.Ordinal));
        return next;
    }

    private static string? PointOf(JsonElement document) =>
        document.GetProperty("points")[0].GetProperty("point").GetString();
}
