using LibvirtBackup.Bitmaps;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Nbd;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Bitmaps;

/// <summary>Merged bitmaps as checkpoints, proved by the bytes of an incremental backup from them.</summary>
public sealed class AdoptionTests
{
    private const string Context = "qemu:dirty-bitmap:backup-vda";

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task An_incremental_from_a_merged_checkpoint_holds_every_change_since_the_oldest_source(string suite)
    {
        await using var scene = await BitmapScene.StartAsync(suite);
        await scene.WriteAsync(0, kibibytes: 8192);
        var copy = await scene.CopyAsync("before");
        await scene.CheckpointAsync("first");
        await scene.WriteAsync(1, kibibytes: 128);
        await scene.CheckpointAsync("second");
        await scene.WriteAsync(4, kibibytes: 64);
        await scene.SnapshotAsync("overlay");
        await scene.WriteAsync(6, kibibytes: 64);

        var report = await scene.Service.MergeAsync(
            scene.Domain, "vda", new BitmapMerge { Into = "all", Sources = ["second", "first"], Adopt = true }, Token);
        await scene.WriteAsync(7, kibibytes: 64);
        await AddChangesAsync(scene, "all", copy);

        Assert.Equal("all", report.Checkpoint);
        Assert.Equal(await TimeOfAsync(scene, "first"), await TimeOfAsync(scene, "all"));
        Assert.Null(await DiskOracle.CompareRawAsync(await scene.CopyAsync("after"), copy, Token));

        // The same in the images, shut off: libvirt then has the checkpoint, and checks it when the domain runs.
        await scene.ShutOffAsync();
        await scene.Service.MergeAsync(
            scene.Domain, "vda", new BitmapMerge { Into = "stored", Sources = ["all"], Adopt = true }, Token);
        await scene.Guest.StartPausedAsync(Token);
        await scene.WriteAsync(9, kibibytes: 64);
        await AddChangesAsync(scene, "stored", copy);
        Assert.Null(await DiskOracle.CompareRawAsync(await scene.CopyAsync("last"), copy, Token));
    }

    [Fact]
    public async Task Sources_that_have_stopped_are_no_checkpoint()
    {
        await using var scene = await BitmapScene.StartAsync("bookworm");
        await scene.Service.AddAsync(scene.Domain, "vda", "stopped", granularityBytes: null, force: false, Token);
        await scene.Service.DisableAsync(scene.Domain, "vda", "stopped", force: true, Token);
        var merge = new BitmapMerge { Into = "all", Sources = ["stopped"], Adopt = true };

        var refusal = await Assert.ThrowsAsync<BackupException>(
            () => scene.Service.MergeAsync(scene.Domain, "vda", merge, Token));
        var name = await Assert.ThrowsAsync<BackupException>(
            () => scene.Service.MergeAsync(scene.Domain, "vda", merge with { Into = "a name" }, Token));
        var adoption = await Assert.ThrowsAsync<BackupException>(
            () => scene.Service.AdoptAsync(scene.Domain, "stopped", DateTimeOffset.UnixEpoch, Token));

        Assert.Contains("no source records", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Usage, name.Kind);
        Assert.Contains("no disk has it stored, recording", adoption.Message, StringComparison.Ordinal);
        var bitmaps = (await scene.Service.ListAsync(scene.Domain, Token)).FindDisk("vda")!.Layers[0].Bitmaps;
        Assert.Equal("stopped", Assert.Single(bitmaps).Name);
    }

    private static async Task<string> TimeOfAsync(BitmapScene scene, string checkpoint)
    {
        var xml = await scene.Guest.Host.Virsh.RunAsync(
            Token, "checkpoint-dumpxml", scene.Domain, checkpoint, "--no-domain");
        return System.Xml.Linq.XElement.Parse(xml).Element("creationTime")!.Value;
    }

    /// <summary>Copies what libvirt's incremental backup from a checkpoint calls dirty, and nothing else.</summary>
    private static async Task AddChangesAsync(BitmapScene scene, string checkpoint, string copy)
    {
        var socket = await scene.BeginBackupAsync(checkpoint);
        await using (var connection = await NbdConnection.ConnectAsync(
            new NbdEndpoint.UnixSocket(socket, "vda"), new NbdConnectionOptions { MetaContexts = [Context] }, Token))
        await using (var file = File.OpenWrite(copy))
        {
            long offset = 0;
            foreach (var extent in (await NbdMap.ReadAsync(connection, Token)).GetExtents(Context))
            {
                if (extent.Flags == NbdExtent.Dirty)
                {
                    var bytes = new byte[extent.Length];
                    await connection.ReadAsync(offset, bytes, Token);
                    file.Position = offset;
                    await file.WriteAsync(bytes, Token);
                }

                offset += extent.Length;
            }
        }

        await scene.EndBackupAsync();
    }
}
