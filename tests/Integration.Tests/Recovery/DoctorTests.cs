using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>The program's doctor on a real host that has one of every broken state.</summary>
public sealed class DoctorTests
{
    private const long Size = 16 * Units.MiB;

    /// <summary>A track for each state; all have a point and a checkpoint on both disks.</summary>
    private static readonly string[] s_states =
    [
        "healthy", "metadata-lost", "bitmap-missing", "inconsistent", "disabled", "transient", "wrong-granularity",
        "shrunk",
    ];

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task It_names_each_broken_state_and_repairs_each(string suite)
    {
        await using var scene = await BackupScene.StartAsync(
            await LabHost.ForAsync(suite), new LabDisk(Size), new LabDisk(Size));
        var bitmaps = new GuestBitmaps(scene);
        var names = await BackUpEachTrackAsync(scene);
        var orphan = $"lvb.{scene.Repository.Id}.orphan.1.1";
        await MakeAllInconsistentAsync(scene);
        foreach (var state in s_states.Where(state => state != "inconsistent"))
            await MakeAnewAsync(scene, names[state]);
        await MakeAnewAsync(scene, orphan);
        await scene.Guest.Host.Virsh.RunAsync(
            Token, "checkpoint-create-as", scene.Guest.Name, "theirs", "--diskspec", "vda");
        await bitmaps.AddAsync("vdb", "manual", persistent: false);
        await scene.Guest.WritePatternAsync("vda", 8 * Units.MiB, Units.MiB, seed: 3, Token);
        var first = await DoctorRun.StartAsync(scene);
        Assert.Equal("healthy", first.StateOf(names["shrunk"], "vda"));
        await BreakAsync(scene, bitmaps, names);

        var named = await DoctorRun.StartAsync(scene);

        Assert.Equal(1, named.ExitCode);
        foreach (var state in s_states) Assert.Equal(state, named.StateOf(names[state], "vda"));
        Assert.Equal("orphan", named.StateOf(orphan, "vdb"));
        Assert.Equal("foreign", named.StateOf("theirs", "vda"));
        Assert.Equal("foreign", named.StateOf("manual", "vdb"));

        var repaired = await DoctorRun.StartAsync(scene, "--repair");

        Assert.Equal(0, repaired.ExitCode);
        foreach (var state in s_states.Skip(1)) Assert.True(repaired.IsRepaired(names[state], "vda"), state);
        var again = await DoctorRun.StartAsync(scene);
        Assert.Equal(0, again.ExitCode);
        Assert.All(again.Findings, finding => Assert.False(finding.GetProperty("problem").GetBoolean()));
        Assert.Equal(
            [names["healthy"], names["metadata-lost"], "theirs"],
            (await bitmaps.ListAsync("vda")).OrderBy(name => name == "theirs"));
        Assert.Contains("manual", await bitmaps.ListAsync("vdb"));
        await AssertNextBackupsAsync(scene);
    }

    [Fact]
    public async Task It_ends_what_a_killed_backup_has_left()
    {
        await using var scene = await BackupScene.StartAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size), new LabDisk(Size));
        await scene.Guest.WritePatternAsync("vda", 0, 8 * Units.MiB, seed: 1, Token);
        await scene.Guest.MakeExt4Async("vdb", Token);
        await scene.BackUpAsync();
        await scene.Guest.WritePatternAsync("vda", 0, 8 * Units.MiB, seed: 2, Token);
        using var killed = LvbackupProcess.Start(scene, "backup", scene.Guest.Name, "--limit-rate", "256KiB");
        // While the job begins, libvirt fails with "backup job data missing".
        while (!(await scene.Guest.Host.Virsh.TryAsync(Token, "domjobinfo", scene.Guest.Name)).Output
            .Contains("Backup", StringComparison.Ordinal))
        {
            Assert.False(killed.HasExited, "it ended before it was to be killed");
            await Task.Delay(50, Token);
        }

        await killed.SignalAsync("KILL");
        await killed.EndAsync();
        await FreezeAsync(scene);

        var named = await DoctorRun.StartAsync(scene);
        Assert.Equal(1, named.ExitCode);
        Assert.Contains(named.Findings, f => f.GetProperty("state").GetString() == "interrupted-job");
        Assert.Contains(named.Findings, f => f.GetProperty("state").GetString() == "unfinished");
        Assert.Contains(named.Findings, f => f.GetProperty("state").GetString() == "frozen-guest");
        Assert.Equal(0, (await DoctorRun.StartAsync(scene, "--repair")).ExitCode);
        Assert.False(await scene.Guest.IsFrozenAsync(Token));
        Assert.Equal(0, (await DoctorRun.StartAsync(scene)).ExitCode);
        await scene.AssertNothingLeftAsync();
        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Level);
        await scene.VerifyAllAsync();
    }

    /// <summary>As a run leaves it that is killed in the moment of the freeze, with its watchdog.</summary>
    private static async Task FreezeAsync(BackupScene scene)
    {
        var virsh = scene.Guest.Host.Virsh;
        var uuid = (await virsh.RunAsync(Token, "domuuid", scene.Guest.Name)).Trim();
        new FreezeLedger(Path.Combine(scene.StateDirectory, "domains", uuid)).Write(new FreezeRecord
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

    private static async Task<Dictionary<string, string>> BackUpEachTrackAsync(BackupScene scene)
    {
        await scene.Guest.WritePatternAsync("vda", 0, 4 * Units.MiB, seed: 1, Token);
        await scene.Guest.WritePatternAsync("vdb", 0, 4 * Units.MiB, seed: 2, Token);
        var names = new Dictionary<string, string>();
        foreach (var state in s_states)
            names[state] = (await scene.BackUpAsync(request => request with { Track = state })).Checkpoint!;
        return names;
    }

    /// <summary>QEMU dies after it had opened images with the bitmaps in them.</summary>
    private static async Task MakeAllInconsistentAsync(BackupScene scene)
    {
        await scene.Guest.Host.Virsh.RunAsync(Token, "destroy", scene.Guest.Name);
        await scene.Guest.BootAsync(Token);
        await scene.Guest.Host.KillQemuAsync(scene.Guest.Name, Token);
        await scene.Guest.BootAsync(Token);
    }

    /// <summary>Nothing was written since the points, so new and empty bitmaps are as good.</summary>
    private static async Task MakeAnewAsync(BackupScene scene, string name)
    {
        var virsh = scene.Guest.Host.Virsh;
        await virsh.TryAsync(Token, "checkpoint-delete", scene.Guest.Name, name);
        await virsh.RunAsync(
            Token, "checkpoint-create-as", scene.Guest.Name, name, "--diskspec", "vda", "--diskspec", "vdb");
    }

    private static async Task BreakAsync(
        BackupScene scene, GuestBitmaps bitmaps, Dictionary<string, string> names)
    {
        await bitmaps.DisableAsync("vda", names["disabled"]);
        await bitmaps.ClearAsync("vda", names["shrunk"]);
        foreach (var gone in (string[])["bitmap-missing", "transient", "wrong-granularity"])
            await bitmaps.RemoveAsync("vda", names[gone]);
        await bitmaps.AddAsync("vda", names["transient"], persistent: false);
        await bitmaps.AddAsync("vda", names["wrong-granularity"], granularity: 4096);
        await scene.Guest.Host.Virsh.RunAsync(
            Token, "checkpoint-delete", scene.Guest.Name, names["metadata-lost"], "--metadata");
    }

    /// <summary>Only what was well, or only forgotten, is incremental; and every point restores right.</summary>
    private static async Task AssertNextBackupsAsync(BackupScene scene)
    {
        foreach (var state in s_states)
        {
            var report = await scene.BackUpAsync(request => request with { Track = state });
            var first = state is "healthy" or "metadata-lost" ? BackupLevel.Incremental : BackupLevel.Full;
            var second = state is "inconsistent" ? BackupLevel.Full : BackupLevel.Incremental;
            Assert.Equal([first, second], report.Disks.Select(disk => disk.Level));
        }

        await scene.VerifyAllAsync();
    }
}
