using LibvirtBackup.Bitmaps;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Bitmaps;

/// <summary>Bitmaps of a chain merged in a running QEMU and in the images of the same domain, shut off.</summary>
public sealed class MergeTests
{
    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_merged_bitmap_is_the_union_over_the_chain_the_same_running_and_shut_off(string suite)
    {
        await using var scene = await BitmapScene.StartAsync(suite);
        await scene.CheckpointAsync("first");
        await scene.WriteAsync(1, kibibytes: 128);
        await scene.Service.AddAsync(scene.Domain, "vda", "fine", granularityBytes: 4096, force: false, Token);
        await scene.SnapshotAsync("overlay");
        await scene.WriteAsync(4, kibibytes: 64);
        await scene.CheckpointAsync("second");
        await scene.WriteAsync(8, kibibytes: 4);

        await scene.Service.MergeAsync(
            scene.Domain, "vda", new BitmapMerge { Into = "online", Sources = ["first", "fine", "second"] }, Token);
        var union = await scene.FindAsync("online");
        await scene.WriteAsync(12, kibibytes: 64);
        var later = await scene.FindAsync("online");
        var sameTime = await scene.FindAsync("first");

        // 128 KiB below and 64 KiB above, each whole, and 64 KiB of "first" and "second" where the guest wrote 4 KiB.
        Assert.Equal((4096L, 256 * Units.KiB), (union.GranularityBytes, union.DirtyBytes));
        Assert.True(union is { Recording: true, Persistent: true, Inconsistent: false, Busy: false });
        Assert.Equal(union.DirtyBytes + (64 * Units.KiB), later.DirtyBytes);
        Assert.Equal(192 * Units.KiB, sameTime.DirtyBytes);

        await scene.ShutOffAsync();
        await scene.Service.MergeAsync(
            scene.Domain, "vda", new BitmapMerge { Into = "offline", Sources = ["first", "fine", "second"] }, Token);
        var stored = await scene.FindAsync("offline");
        Assert.Equal((4096L, true, (long?)null), (stored.GranularityBytes, stored.Recording, stored.DirtyBytes));
        await scene.Guest.StartPausedAsync(Token);
        Assert.Equal(later.DirtyBytes, (await scene.FindAsync("online")).DirtyBytes);
        Assert.Equal(later.DirtyBytes, (await scene.FindAsync("offline")).DirtyBytes);

        var removed = await scene.Service.RemoveAsync(
            scene.Domain, "vda", ["offline", "fine"], force: true, Token);
        Assert.Contains("'fine' stays in image", Assert.Single(removed.Warnings), StringComparison.Ordinal);
        await scene.ShutOffAsync();
        await scene.Service.RemoveAsync(scene.Domain, "vda", ["online"], force: true, Token);
        var left = (await scene.Service.ListAsync(scene.Domain, Token)).FindDisk("vda")!.Layers[0];
        Assert.Equal(["first", "second"], left.Bitmaps.Select(bitmap => bitmap.Name));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Names_of_others_need_force_and_bitmaps_of_checkpoints_are_never_touched(string suite)
    {
        await using var scene = await BitmapScene.StartAsync(suite);
        await scene.CheckpointAsync("point");
        await scene.Service.AddAsync(scene.Domain, "vda", "mine", granularityBytes: null, force: false, Token);
        await CheckAsync($"checkpoint-delete {scene.Domain} point'");
        await scene.ShutOffAsync();
        await CheckAsync("--metadata");

        async Task CheckAsync(string advice)
        {
            var service = scene.Service;
            foreach (var change in new[]
            {
                () => service.RemoveAsync(scene.Domain, "vda", ["point"], force: true, Token),
                () => service.ClearAsync(scene.Domain, "vda", "point", force: true, Token),
                () => service.DisableAsync(scene.Domain, "vda", "point", force: true, Token),
                () => service.EnableAsync(scene.Domain, "vda", "point", force: true, Token),
            })
                Assert.Contains(advice, await RefusalAsync(change), StringComparison.Ordinal);
            Assert.Contains("--force", await RefusalAsync(
                () => service.RemoveAsync(scene.Domain, "vda", ["mine"], force: false, Token)),
                StringComparison.Ordinal);
            Assert.Contains("libvirt gives such names", await RefusalAsync(
                () => service.AddAsync(scene.Domain, "vda", "backup-vda", null, force: false, Token)),
                StringComparison.Ordinal);
            Assert.Contains("already", await RefusalAsync(
                () => service.AddAsync(scene.Domain, "vda", "mine", null, force: false, Token)),
                StringComparison.OrdinalIgnoreCase);
            Assert.Contains("has a checkpoint of that name", await RefusalAsync(
                () => service.AddAsync(scene.Domain, "vda", "point", null, force: true, Token)),
                StringComparison.Ordinal);
            Assert.Contains("there is none", await RefusalAsync(
                () => service.RemoveAsync(scene.Domain, "vda", ["nothing"], force: true, Token)),
                StringComparison.Ordinal);
            Assert.Contains("it has vda", await RefusalAsync(
                () => service.RemoveAsync(scene.Domain, "vdx", ["mine"], force: true, Token)),
                StringComparison.Ordinal);
            var bitmaps = (await service.ListAsync(scene.Domain, Token)).FindDisk("vda")!.Layers[0].Bitmaps;
            Assert.Equal(["mine", "point"], bitmaps.Select(bitmap => bitmap.Name));
            Assert.All(bitmaps, bitmap => Assert.True(bitmap.Recording));
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_bitmap_that_a_killed_qemu_left_inconsistent_is_seen_not_merged_and_can_be_removed(string suite)
    {
        await using var scene = await BitmapScene.StartPrivateAsync(suite);
        await scene.Service.AddAsync(scene.Domain, "vda", "mine", granularityBytes: null, force: false, Token);
        await scene.ShutOffAsync();
        await scene.Guest.StartPausedAsync(Token);
        await scene.Guest.Host.KillQemuAsync(scene.Domain, Token);

        Assert.True((await scene.FindAsync("mine")).Inconsistent);
        await CannotMergeAsync();
        await scene.Guest.StartPausedAsync(Token);
        var running = await scene.FindAsync("mine");
        Assert.Equal((true, (long?)null), (running.Inconsistent, running.DirtyBytes));
        await CannotMergeAsync();
        await scene.Service.RemoveAsync(scene.Domain, "vda", ["mine"], force: true, Token);
        Assert.Empty((await scene.Service.ListAsync(scene.Domain, Token)).FindDisk("vda")!.Layers[0].Bitmaps);

        async Task CannotMergeAsync() => Assert.Contains("not closed cleanly", await RefusalAsync(
            () => scene.Service.MergeAsync(
                scene.Domain, "vda", new BitmapMerge { Into = "all", Sources = ["mine"], Force = true }, Token)),
            StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(Func<Task<BitmapReport>> change) =>
        (await Assert.ThrowsAsync<BackupException>(change)).Message;
}
