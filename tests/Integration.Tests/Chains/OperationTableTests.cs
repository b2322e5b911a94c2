using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Chains;

/// <summary>
/// Every operation on a disk's images, by us and behind our back: what the next backup reads, and that each point is
/// right. The outcome is the table of docs/chain-operations.md.
/// </summary>
public sealed class OperationTableTests(ITestOutputHelper output)
{
    private readonly List<string> _rows = [];

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Each_operation_leaves_what_the_table_says_and_every_point_right(string suite)
    {
        await using var scene = await ChainScene.StartAsync(await LabHost.ForAsync(suite), new Random(suite.Length));
        await scene.BackUpAsync();
        await SnapshotsAsync(scene);
        await CommitsAsync(scene);
        await PullsAsync(scene);
        await CopiesAsync(scene);
        await RevertsAsync(scene);

        await scene.Backups.VerifyAllAsync();
        await scene.Backups.AssertNothingLeftAsync();
        await OperationTable.CompareAsync(suite, _rows, Token);
    }

    private async Task SnapshotsAsync(ChainScene scene)
    {
        await RowAsync(scene, "external snapshot", "virsh", () => scene.SnapshotByVirshAsync("a"));
        await RowAsync(scene, "external snapshot", "lvbackup", () => scene.SnapshotAsync("b"));
        await RowAsync(scene, "snapshot-checkpoint", "lvbackup", () => scene.SnapshotAsync("c", "own"));
        await RowAsync(
            scene, "delete of an external snapshot", "virsh", () => scene.VirshAsync("snapshot-delete", "a"));
        await RowAsync(scene, "delete of an external snapshot", "lvbackup", () => scene.DeleteAsync("b"));
        await scene.VirshAsync("destroy");
        await RowAsync(scene, "external snapshot, shut off", "virsh", () => scene.SnapshotByVirshAsync("d"));
        await scene.VirshAsync("destroy");
        await RowAsync(scene, "external snapshot, shut off", "lvbackup", () => scene.SnapshotAsync("e"));
        await scene.VirshAsync("destroy");
        await RowAsync(
            scene, "delete of an external snapshot, shut off", "virsh", () => scene.VirshAsync("snapshot-delete", "c"));
        await scene.VirshAsync("destroy");
        await RowAsync(scene, "delete of an external snapshot, shut off", "lvbackup", () => scene.DeleteAsync("e"));
    }

    private async Task CommitsAsync(ChainScene scene)
    {
        await LayerAsync(scene, 4);
        var images = await scene.ListImagesAsync();
        await RowAsync(scene, "commit of a middle image", "virsh", () => scene.VirshAsync(
            "blockcommit", ChainScene.Disk, "--top", images[3], "--base", images[4], "--wait"));
        await RowAsync(scene, "commit of a middle image", "lvbackup", () => scene.RunAsync(
            scene.Commit(images[2], images[4])));
        await RowAsync(scene, "commit of the active image, kept", "lvbackup", () => scene.RunAsync(
            scene.Commit() with { KeepOverlay = true, Base = images[1] }));
        await RowAsync(scene, "commit of the active image", "lvbackup", () => scene.RunAsync(
            scene.Commit(null, images[1])));
        await RowAsync(scene, "commit of the active image", "virsh", () => scene.VirshAsync(
            "blockcommit", ChainScene.Disk, "--active", "--pivot", "--wait"));
    }

    private async Task PullsAsync(ChainScene scene)
    {
        await LayerAsync(scene, 3);
        var images = await scene.ListImagesAsync();
        await RowAsync(scene, "pull of middle images", "virsh", () => scene.VirshAsync(
            "blockpull", ChainScene.Disk, "--base", images[2], "--wait"));
        await RowAsync(scene, "pull of middle images", "lvbackup", () => scene.RunAsync(scene.Pull(images[3])));
        await RowAsync(scene, "pull of all", "lvbackup", () => scene.RunAsync(scene.Pull()));
        await LayerAsync(scene, 1);
        await RowAsync(scene, "pull of all", "virsh", () => scene.VirshAsync("blockpull", ChainScene.Disk, "--wait"));
    }

    private async Task CopiesAsync(ChainScene scene)
    {
        await RowAsync(scene, "copy, not switched to", "lvbackup", () => scene.RunAsync(scene.Copy(pivot: false)));
        await RowAsync(scene, "copy, switched to", "lvbackup", () => scene.RunAsync(scene.Copy(pivot: true)));
        await RowAsync(scene, "copy, switched to", "virsh", () => scene.VirshAsync(
            "blockcopy", ChainScene.Disk, scene.NewImage(), "--format", "qcow2", "--transient-job", "--wait",
            "--pivot"));
        await RowAsync(scene, "copy to raw, switched to", "lvbackup", () => scene.RunAsync(
            scene.Copy(pivot: true, format: "raw")));
    }

    private async Task RevertsAsync(ChainScene scene)
    {
        await scene.SnapshotAsync("r");
        await scene.BackUpAsync();
        await RowAsync(scene, "revert to an external snapshot", "lvbackup", () => scene.RevertAsync("r"));
        // libvirt names the new image by the second, and refuses when there is one.
        var second = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        while (DateTimeOffset.UtcNow.ToUnixTimeSeconds() == second) await Task.Delay(20, Token);
        await RowAsync(scene, "revert to an external snapshot", "virsh", () => scene.VirshAsync(
            "snapshot-revert", "r", "--paused"));
        await RowAsync(scene, "internal snapshot", "virsh", () => scene.VirshAsync("snapshot-create-as", "inside"));
        await RowAsync(scene, "revert to an internal snapshot", "lvbackup", () => scene.RevertAsync("inside"));
        await RowAsync(scene, "revert to an internal snapshot", "virsh", () => scene.VirshAsync(
            "snapshot-revert", "inside", "--paused", "--force"));
    }

    private static async Task LayerAsync(ChainScene scene, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await scene.WriteAsync();
            await scene.SnapshotByVirshAsync($"layer{Guid.NewGuid():N}");
        }

        await scene.BackUpAsync();
    }

    /// <summary>Writes, does it, writes and backs up.</summary>
    private async Task RowAsync(ChainScene scene, string operation, string by, Func<Task> act)
    {
        var isOff = !await scene.IsRunningAsync();
        if (!isOff) await scene.WriteAsync();
        var refused = false;
        try
        {
            await act();
        }
        catch (Exception e) when (e is BackupException or ToolFailedException)
        {
            refused = true;
            output.WriteLine($"{operation} by {by}: {e.Message}");
        }

        var report = await scene.BackUpAsync();
        var next = report.Disks[0].Level == BackupLevel.Incremental ? "incremental" : "whole";
        output.WriteLine($"{operation} by {by}: {next} {report.Disks[0].Reason} {string.Join("; ", report.Warnings)}");
        _rows.Add($"{operation}\t{by}\t{(refused ? "refused" : "done")}\t{next}");
    }
}
