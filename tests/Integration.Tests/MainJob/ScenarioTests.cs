using System.Diagnostics;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>What hosts and guests come up with besides plain writes.</summary>
public sealed class ScenarioTests
{
    private const long Size = 32 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_frozen_guest_is_thawed_and_the_point_says_that_it_was_quiesced(string suite)
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync(suite), new LabDisk(Size));
        await scene.Guest.MakeExt4Async("vda", Token);
        await scene.Guest.WriteFilesAsync("vda", "data", count: 2, Units.MiB, Token);

        var required = new QuiesceOptions { Mode = QuiesceMode.Require };
        var report = await scene.BackUpOnlyAsync(request => request with { Quiesce = required });

        Assert.False(await scene.Guest.IsFrozenAsync(Token));
        Assert.True((await scene.Repository.GetPointAsync(report.Point, Token)).Quiesced);
        Assert.False(await NeedsJournalRecoveryAsync(scene, report));
        await scene.Guest.WriteFilesAsync("vda", "after", count: 1, Units.MiB, Token);
        Assert.True(await NeedsJournalRecoveryAsync(scene, await scene.BackUpOnlyAsync()));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_disk_that_was_plugged_in_is_read_in_full_and_the_others_stay_incremental(string suite)
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync(suite), new LabDisk(Size));
        await scene.Guest.WritePatternAsync("vda", 0, 4 * Units.MiB, seed: 1, Token);
        await scene.BackUpAsync();
        var image = Path.Combine(scene.Guest.Directory, "vdb.qcow2");
        await RunAsync("qemu-img", "create", "-q", "-f", "qcow2", image, "16M");
        await scene.Guest.Host.Virsh.RunAsync(
            Token, "attach-disk", scene.Guest.Name, image, "vdb", "--subdriver", "qcow2", "--live");
        await scene.Guest.WritePatternAsync("vda", 8 * Units.MiB, Units.MiB, seed: 2, Token);

        var report = await scene.BackUpAsync();

        Assert.Equal(BackupLevel.Incremental, report.Level);
        Assert.Equal([BackupLevel.Incremental, BackupLevel.Full], report.Disks.Select(disk => disk.Level));
        Assert.Contains(report.Warnings, line => line.Contains("vdb", StringComparison.Ordinal));
        var next = await scene.BackUpAsync();
        Assert.Equal([BackupLevel.Incremental, BackupLevel.Incremental], next.Disks.Select(disk => disk.Level));
        await scene.VerifyAllAsync();
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_domain_that_is_started_paused_stays_incremental_and_is_stopped_again(string suite)
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync(suite), new LabDisk(Size));
        await scene.Guest.WritePatternAsync("vda", 0, 4 * Units.MiB, seed: 1, Token);
        await scene.BackUpAsync();
        await scene.Guest.WritePatternAsync("vda", 2 * Units.MiB, Units.MiB, seed: 2, Token);
        await scene.Guest.SyncAsync(Token);
        await scene.Guest.Host.Virsh.RunAsync(Token, "destroy", scene.Guest.Name);

        var report = await scene.BackUpAsync(request => request with { StartPaused = true });

        Assert.Equal(BackupLevel.Incremental, report.Level);
        Assert.Empty(report.Warnings);
        Assert.NotNull(report.Checkpoint);
        Assert.False((await scene.Repository.GetPointAsync(report.Point, Token)).WasRunning);
        var state = await scene.Guest.Host.Virsh.RunAsync(Token, "domstate", scene.Guest.Name);
        Assert.Contains("shut off", state, StringComparison.Ordinal);
        await scene.VerifyAllAsync();
    }

    [Fact]
    public async Task A_disk_that_shrank_and_grew_between_two_backups_has_no_old_tail_and_distrusts_old_bitmaps()
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await scene.Guest.WritePatternAsync("vda", 0, 24 * Units.MiB, seed: 1, Token);
        await scene.BackUpAsync();
        var virsh = scene.Guest.Host.Virsh;
        // To within a cluster, so that its rest is neither dirty nor free.
        await virsh.RunAsync(Token, "blockresize", scene.Guest.Name, "vda", $"{(10 * Units.MiB) + 4096}B");
        await virsh.RunAsync(Token, "blockresize", scene.Guest.Name, "vda", $"{Size}B");

        var report = await scene.BackUpAsync();

        Assert.Equal(BackupLevel.Incremental, report.Level);
        Assert.Contains(report.Warnings, line => line.Contains("no bitmap reported", StringComparison.Ordinal));

        // The bitmap since the full has missed it as well; that of the new checkpoint has not.
        var refused = await Assert.ThrowsAsync<BackupException>(
            () => scene.BackUpAsync(request => request with { Level = BackupLevel.Differential }));
        Assert.Contains("no bitmap reported", refused.Message, StringComparison.Ordinal);
        Assert.Equal(BackupLevel.Incremental, Assert.Single((await scene.BackUpAsync()).Disks).Level);
        await scene.VerifyAllAsync();
    }

    [Fact]
    public async Task An_old_qcow2_is_read_in_full_each_time_and_a_read_only_disk_is_left_out()
    {
        await using var scene = await BackupScene.StartAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size), new LabDisk(Size) { CreateOptions = "compat=0.10" });
        var image = Path.Combine(scene.Guest.Directory, "vdc.qcow2");
        await RunAsync("qemu-img", "create", "-q", "-f", "qcow2", image, "16M");
        await scene.Guest.Host.Virsh.RunAsync(
            Token, "attach-disk", scene.Guest.Name, image, "vdc", "--subdriver", "qcow2", "--mode", "readonly",
                "--live");
        await scene.Guest.WritePatternAsync("vdb", 0, 2 * Units.MiB, seed: 1, Token);
        await scene.BackUpAsync();
        await scene.Guest.WritePatternAsync("vdb", Units.MiB, 2 * Units.MiB, seed: 2, Token);

        var next = await scene.BackUpAsync();

        Assert.Equal(["vda", "vdb"], next.Disks.Select(disk => disk.Name));
        Assert.Equal([BackupLevel.Incremental, BackupLevel.Full], next.Disks.Select(disk => disk.Level));
        Assert.Contains("version 2", next.Disks[1].Reason, StringComparison.Ordinal);
        Assert.Contains("disk 'vdc' is read-only: left out", next.Warnings);
        await scene.VerifyAllAsync();
    }

    [Fact]
    public async Task Foreign_checkpoints_are_no_reason_to_fail_and_stay()
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        var virsh = scene.Guest.Host.Virsh;
        await virsh.RunAsync(Token, "checkpoint-create-as", scene.Guest.Name, "theirs");
        await scene.BackUpAsync();
        await scene.BackUpAsync();
        var names = await virsh.RunAsync(Token, "checkpoint-list", scene.Guest.Name, "--name");
        Assert.Contains("theirs", names, StringComparison.Ordinal);
        await scene.VerifyAllAsync();
    }

    [Fact]
    public async Task A_cleared_state_directory_loses_no_point_and_leaves_no_checkpoint_behind()
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        var full = await scene.BackUpAsync();
        var orphan = $"lvb.{scene.Repository.Id}.default.1.7.00ff9a";
        await scene.Guest.Host.Virsh.RunAsync(Token, "checkpoint-create-as", scene.Guest.Name, orphan);
        Directory.Delete(scene.StateDirectory, recursive: true);

        var next = await scene.BackUpAsync();

        Assert.Equal((BackupLevel.Incremental, full.Point), (next.Level, next.Parent));
        Assert.Contains(next.Warnings, line => line.Contains(orphan, StringComparison.Ordinal));
        await scene.AssertNothingLeftAsync();
        await scene.VerifyAllAsync();
    }

    [Fact]
    public async Task A_full_repository_fails_the_backup_and_the_next_one_succeeds()
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await scene.Guest.RunAsync("dd if=/dev/urandom of=/dev/vda bs=1M count=24 conv=fsync", Token);
        var small = Path.Combine(scene.Guest.Directory, "small");
        Directory.CreateDirectory(small);
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=8m", "lvb-small", small);
        try
        {
            using var full = await Repository.CreateAsync(small, new RepositoryOptions(), TimeProvider.System, Token);
            var failure = await Assert.ThrowsAsync<BackupException>(() => scene.BackUpIntoAsync(full));
            Assert.Contains("disk was full", failure.Message, StringComparison.OrdinalIgnoreCase);
            Assert.Empty((await full.ListPointsAsync(Token)).Points);
            await scene.AssertNothingLeftAsync();
        }
        finally
        {
            await RunAsync("umount", small);
        }

        await scene.BackUpAsync();
        await scene.VerifyAllAsync();
    }

    [Fact]
    public async Task A_libvirt_that_is_too_old_is_refused_before_anything_is_started()
    {
        var host = await LabHost.ForAsync("bullseye");
        await using var guest = await LabGuest.StartAsync(host, Token, new LabDisk(Size));
        await using var connection = await LibvirtConnection.OpenAsync(host.ConnectionUri, cancellationToken: Token);
        var directory = Path.Combine(guest.Directory, "repo");
        using var repository = await Repository
            .CreateAsync(directory, new RepositoryOptions(), TimeProvider.System, Token);
        var state = Path.Combine(guest.Directory, "state");
        var engine = new BackupEngine(new BackupEngineOptions { StateDirectory = state }, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<BackupException>(() => engine.BackupAsync(
            connection, repository, new BackupRequest { Domain = guest.Name }, null, Token));

        Assert.Equal(FailureKind.NotSupported, failure.Kind);
        Assert.Contains("libvirt 7.0.0", failure.Message, StringComparison.Ordinal);
        Assert.Contains("7.6.0", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(state));
    }

    /// <summary>
    /// A mounted ext4 says in its superblock that the journal must be replayed; a frozen one does not.
    /// </summary>
    private static async Task<bool> NeedsJournalRecoveryAsync(BackupScene scene, BackupReport report)
    {
        const int incompatibleFeatures = 1024 + 0x60;
        const byte recover = 4;
        var directory = Path.Combine(scene.Guest.Directory, $"frozen-{report.Point}");
        var request = new RestoreRequest { Point = report.Point, Directory = directory, Format = DiskFormat.Raw };
        await new RestoreEngine().RestoreAsync(scene.Repository, request, null, Token);
        var disk = await File.ReadAllBytesAsync(Path.Combine(directory, "vda.raw"), Token);
        Assert.Equal(0xef53, BitConverter.ToUInt16(disk, 1024 + 0x38));
        return (disk[incompatibleFeatures] & recover) != 0;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(Token);
        Assert.Equal(0, process.ExitCode);
    }
}
