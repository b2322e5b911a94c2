using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Repositories;

/// <summary>
/// One repository, several processes: backups of different domains, forget and gc, all at the same time.
/// </summary>
public sealed class SharedRepositoryTests(ITestOutputHelper output)
{
    private const long Size = 32 * Units.MiB;
    private const int Rounds = 4;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_domains_are_backed_up_at_once_while_points_are_forgotten_and_gc_runs()
    {
        var host = await LabHost.ForAsync("bookworm");
        await using var first = await BackupScene.StartPausedAsync(host, new LabDisk(Size));
        await using var second = await BackupScene.StartPausedAsync(host, new LabDisk(Size));
        var repository = first.Repository.Location;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var collecting = CollectAsync(first, repository, over.Token);

        var kept = await Task.WhenAll(BackUpAsync(first, repository, 1), BackUpAsync(second, repository, 2));
        await over.CancelAsync();
        var collections = await collecting;
        output.WriteLine($"gc ran {collections} times meanwhile");
        Assert.True(collections > 1, "gc did not run beside the backups");

        foreach (var (point, oracle) in kept.SelectMany(points => points))
            Assert.Null(await CompareAsync(first.Repository, point, oracle, first.Guest.Directory));
        using var verify = LvbackupProcess.Start(first, repository, ["verify"]);
        var (exitCode, text, error) = await verify.EndAsync();
        Assert.True(exitCode == 0, $"verify: {exitCode}: {error} {text}");
    }

    [Fact]
    public async Task An_encrypted_repository_gives_back_what_the_disk_held_after_it_was_opened_anew()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        var secret = new RepositorySecret.Passphrase("correct horse battery staple");
        var directory = Path.Combine(scene.Guest.Directory, "sealed");
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, 8 * Units.MiB, seed: 5, Token);
        var oracle = await scene.CaptureOracleAsync();
        string point;
        using (var repository = await Repository.CreateAsync(
            directory, new RepositoryOptions { Secret = secret }, TimeProvider.System, Token))
            point = (await scene.BackUpIntoAsync(repository)).Point;

        using var reopened = await Repository.OpenAsync(directory, secret, TimeProvider.System, Token);
        Assert.Null(await CompareAsync(reopened, point, oracle["vda"], scene.Guest.Directory));
    }

    private static async Task<string?> CompareAsync(
        Repository repository, string point, string oracle, string directory)
    {
        var to = Path.Combine(directory, $"restored-{point}");
        var request = new RestoreRequest { Point = point, Directory = to, Format = DiskFormat.Raw };
        var restored = await new RestoreEngine().RestoreAsync(repository, request, null, Token);
        var difference = await DiskOracle.CompareRawAsync(oracle, Assert.Single(restored.Disks).Path, Token);
        Directory.Delete(to, recursive: true);
        return difference is null ? null : $"{point} differs at byte {difference}";
    }

    /// <summary>Takes points after writes, and forgets every second one.</summary>
    /// <returns>The points that stay, and the oracle's copies.</returns>
    private static async Task<IReadOnlyList<(string Point, string Oracle)>> BackUpAsync(
        BackupScene scene, string repository, int seed)
    {
        var kept = new List<(string, string)>();
        for (var round = 0; round < Rounds; round++)
        {
            await new QemuIo(scene.Guest).WriteAsync("vda", round * 4 * Units.MiB, 5 * Units.MiB, seed + round, Token);
            var oracle = await scene.CaptureOracleAsync();
            var report = await RunAsync(scene, repository, "backup", scene.Guest.Name);
            var point = report.GetProperty("points")[0].GetProperty("point").GetString()!; // the contract has it
            if (round % 2 == 0) kept.Add((point, oracle["vda"]));
            else await RunAsync(scene, repository, "forget", point);
        }

        return kept;
    }

    private static async Task<int> CollectAsync(BackupScene scene, string repository, CancellationToken over)
    {
        var runs = 0;
        for (; !over.IsCancellationRequested; runs++) await RunAsync(scene, repository, "gc");
        return runs;
    }

    private static async Task<JsonElement> RunAsync(BackupScene scene, string repository, params string[] arguments)
    {
        using var process = LvbackupProcess.Start(scene, repository, arguments);
        var (exitCode, text, error) = await process.EndAsync();
        Assert.True(exitCode == 0, $"lvbackup {string.Join(' ', arguments)} ended with {exitCode}: {error}");
        return JsonDocument.Parse(text).RootElement;
    }
}
