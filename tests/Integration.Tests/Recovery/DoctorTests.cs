using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>The program's doctor on what runs have left that were killed.</summary>
public sealed class DoctorTests
{
    private const long Size = 16 * Units.MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_ends_what_a_killed_backup_has_left()
    {
        await using var scene = await StartAsync();
        await KillBackupAsync(scene);
        await FreezeAsync(scene);

        var named = await DoctorRun.StartAsync(scene);
        Assert.Equal(1, named.ExitCode);
        Assert.Contains("interrupted-job", named.States);
        Assert.Contains("unfinished", named.States);
        Assert.Contains("frozen-guest", named.States);
        Assert.Equal(0, (await DoctorRun.StartAsync(scene, "--repair")).ExitCode);
        Assert.False(await scene.Guest.IsFrozenAsync(Token));
        await AssertWellAsync(scene, BackupLevel.Incremental);
    }

    [Fact]
    public async Task It_ends_a_killed_backup_of_which_no_journal_tells_and_drops_what_an_older_repository_lacks()
    {
        await using var scene = await StartAsync();
        await KillBackupAsync(scene);
        File.Delete(Path.Combine(await scene.GetDomainDirectoryAsync(), "journal"));

        var named = await DoctorRun.StartAsync(scene);
        Assert.Equal(1, named.ExitCode);
        Assert.Contains("interrupted-job", named.States);
        Assert.Contains("orphan", named.States);
        var repaired = await DoctorRun.StartAsync(scene, "--repair");
        Assert.Equal(0, repaired.ExitCode);
        Assert.Contains("interrupted-job", repaired.States);
        await AssertWellAsync(scene, BackupLevel.Incremental);

        var checkpoint = await BackUpAndGoBackAsync(scene);
        Assert.Equal("orphan", (await DoctorRun.StartAsync(scene)).StateOf(checkpoint, "vda"));
        Assert.True((await DoctorRun.StartAsync(scene, "--repair")).IsRepaired(checkpoint, "vdb"));
        // Its base went with the point that the older repository lacks.
        await AssertWellAsync(scene, BackupLevel.Full);
    }

    private static async Task<BackupScene> StartAsync()
    {
        var scene = await BackupScene.StartAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size), new LabDisk(Size));
        await scene.Guest.WritePatternAsync("vda", 0, 8 * Units.MiB, seed: 1, Token);
        await scene.Guest.MakeExt4Async("vdb", Token);
        await scene.BackUpAsync();
        return scene;
    }

    private static async Task KillBackupAsync(BackupScene scene)
    {
        await scene.Guest.WritePatternAsync("vda", 0, 8 * Units.MiB, seed: 2, Token);
        using var killed = LvbackupProcess.Start(scene, "backup", scene.Guest.Name, "--limit-rate", "256KiB");
        await killed.WaitForJobAsync(scene);
        await killed.SignalAsync("KILL");
        await killed.EndAsync();
    }

    /// <summary>Doctor has nothing to say, nothing is left, and the next point is right.</summary>
    private static async Task AssertWellAsync(BackupScene scene, BackupLevel next)
    {
        Assert.Equal(0, (await DoctorRun.StartAsync(scene)).ExitCode);
        await scene.AssertNothingLeftAsync();
        Assert.Equal(next, (await scene.BackUpAsync()).Level);
        await scene.VerifyAllAsync();
    }

    /// <summary>The repository becomes what it was before a point; its checkpoint stays.</summary>
    private static async Task<string> BackUpAndGoBackAsync(BackupScene scene)
    {
        var (now, before) = (scene.Repository.Location, $"{scene.Repository.Location}.before");
        _ = (await Tool.RunAsync("cp", ["-a", now, before], Token)).Value;
        var document = await LvbackupProcess.RunAsync(scene, "backup", scene.Guest.Name, "--level", "full");
        Directory.Delete(now, recursive: true);
        Directory.Move(before, now);
        return document.GetProperty("points")[0].GetProperty("checkpoint").GetString()!;
    }

    /// <summary>As a run leaves it that is killed in the moment of the freeze, with its watchdog.</summary>
    private static async Task FreezeAsync(BackupScene scene)
    {
        var virsh = scene.Guest.Host.Virsh;
        new FreezeLedger(await scene.GetDomainDirectoryAsync()).Write(new FreezeRecord
        {
            Id = Guid.NewGuid(),
            MountPoints = [],
            AskedAt = TimeProvider.System.GetUtcNow(),
            SettledAt = TimeProvider.System.GetUtcNow(),
            IsSettled = true,
        });
        await virsh.RunAsync(Token, "domfsfreeze", scene.Guest.Name);
        Assert.True(await scene.Guest.IsFrozenAsync(Token));
    }
}
