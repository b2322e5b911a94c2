using LibvirtBackup.BlockJobs;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Views;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Views;

/// <summary>Views of a guest that goes on writing, several at once and beside backups.</summary>
public sealed class ViewTests
{
    private const string Dirty = "qemu:dirty-bitmap:monday";

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Two_views_and_a_backup_at_once_show_each_its_own_instant(string suite)
    {
        await using var scene = await ViewScene.StartAsync(suite);
        var virsh = scene.Guest.Host.Virsh;
        await virsh.RunAsync(
            Token, "checkpoint-create-as", scene.Guest.Name, "monday", "--diskspec", "vda", "--diskspec",
            "vdb,checkpoint=no");
        await scene.Io.FillAsync(ViewScene.Tracked, 2 * Units.MiB, 128 * Units.KiB, 99, Token);
        var first = await scene.Backups.CaptureOracleAsync();
        var opened = await scene.OpenAsync("first", request => request with { Since = ["monday"] });
        Assert.Equal(
            ["disk vdb has no bitmap of checkpoint 'monday': what changed there is not told"], opened.Warnings);

        await scene.Io.FillAsync(ViewScene.Tracked, 2 * Units.MiB, Units.MiB, 100, Token);
        await scene.Io.ZeroAsync(ViewScene.Tracked, 4 * Units.MiB, Units.MiB, Token);
        await scene.Io.PaintAsync(ViewScene.Raw, Units.MiB, mebibytes: 2, seed: 30, Token);
        var second = await scene.Backups.CaptureOracleAsync();
        await scene.OpenAsync("second");
        await scene.Io.DiscardAsync(ViewScene.Tracked, 0, 2 * Units.MiB, Token);
        await scene.Io.PaintAsync(ViewScene.Tracked, 6 * Units.MiB, mebibytes: 4, seed: 60, Token);
        await scene.Io.PaintAsync(ViewScene.Raw, 0, mebibytes: 1, seed: 90, Token);

        async Task AssertBothAsync()
        {
            await scene.AssertShowsAsync("first", first, ViewScene.Tracked, ViewScene.Raw);
            await scene.AssertShowsAsync("second", second, ViewScene.Tracked, ViewScene.Raw);
        }

        await scene.ServeAsync("first");
        await scene.ServeAsync("second");
        await AssertBothAsync();
        Assert.Equal(
            [(2 * Units.MiB, 128 * Units.KiB)],
            await scene.MapAsync("first", ViewScene.Tracked, Dirty, NbdExtent.Dirty));
        Assert.Equal(
            [(8 * Units.MiB, 8 * Units.MiB)],
            await scene.MapAsync("first", ViewScene.Tracked, "base:allocation", NbdExtent.Hole));

        await ViewOverTls.AssertShowsAsync(scene, "second", second);

        // It takes QEMU's NBD server from those who read the views; afterwards they have it again.
        await scene.Backups.BackUpAsync();
        await scene.Io.PaintAsync(ViewScene.Tracked, 0, mebibytes: 8, seed: 120, Token);
        await AssertBothAsync();
        await AssertReadableInAJobAsync(scene, AssertBothAsync);

        await RefuseBlockJobsAsync(scene);
        await scene.Service.CloseAsync(scene.Backups.Connection, "first", Token);
        Assert.Equal(ViewState.Open, await scene.StateAsync("second"));
        await scene.AssertShowsAsync("second", second, ViewScene.Tracked, ViewScene.Raw);
        await scene.StopServingAsync();
        await scene.Service.CloseAsync(scene.Backups.Connection, "second", Token);
        await scene.AssertNothingLeftAsync();
        await scene.Backups.BackUpAsync();
        await scene.Backups.VerifyAllAsync();
        await scene.Backups.AssertNothingLeftAsync();
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_guest_that_overwrites_more_than_there_is_room_for_goes_on(string suite)
    {
        await using var scene = await ViewScene.StartAsync(suite);
        var oracle = await scene.Backups.CaptureOracleAsync();
        var isBounded = suite == "forky";
        if (isBounded)
        {
            await scene.OpenAsync("small", request => request with { ScratchLimit = 2 * Units.MiB });
        }
        else
        {
            var refused = await Assert.ThrowsAsync<BackupException>(
                () => scene.OpenAsync("small", request => request with { ScratchLimit = 2 * Units.MiB }));
            Assert.Equal(FailureKind.NotSupported, refused.Kind);
            await scene.AssertNothingLeftAsync();
            await scene.OpenAsync("small");
        }

        await scene.ServeAsync("small");
        await scene.Io.PaintAsync(ViewScene.Tracked, 0, mebibytes: 16, seed: 77, Token);
        await scene.Io.PaintAsync(ViewScene.Raw, 0, mebibytes: 4, seed: 78, Token);

        // The guest's writes have been done.
        var after = await scene.Backups.CaptureOracleAsync();
        Assert.All(
            await File.ReadAllBytesAsync(after[ViewScene.Tracked], Token), value => Assert.NotEqual(0, value));
        var shown = await scene.Service.GetAsync(scene.Backups.Connection, "small", Token);
        if (isBounded)
        {
            Assert.Equal(ViewState.Dropped, shown.State);
            Assert.Contains("could not be kept: the scratch image is full", shown.Reason, StringComparison.Ordinal);
            Assert.All(shown.Disks, disk => Assert.InRange(disk.ScratchUsedBytes!.Value, 1, 2 * Units.MiB));
            await Assert.ThrowsAsync<NbdException>(
                () => scene.AssertShowsAsync("small", oracle, ViewScene.Tracked));
        }
        else
        {
            Assert.Equal(ViewState.Open, shown.State);
            await scene.AssertShowsAsync("small", oracle, ViewScene.Tracked, ViewScene.Raw);
        }

        await scene.Service.CloseAsync(scene.Backups.Connection, "small", Token);
        await scene.StopServingAsync();
        await scene.AssertNothingLeftAsync();
    }

    /// <summary>A job of libvirt's own has QEMU's NBD server: the views are read through that one.</summary>
    private static async Task AssertReadableInAJobAsync(ViewScene scene, Func<Task> assert)
    {
        await scene.StopServingAsync();
        var virsh = scene.Guest.Host.Virsh;
        var xml = Path.Combine(scene.Guest.Directory, "foreign.xml");
        await File.WriteAllTextAsync(xml, $"""
            <domainbackup mode='pull'>
              <server transport='unix' socket='{scene.Guest.Directory}/foreign.nbd'/>
            </domainbackup>
            """, Token);
        await virsh.RunAsync(Token, "backup-begin", scene.Guest.Name, xml);
        await scene.ServeAsync("first");
        await scene.ServeAsync("second");
        await assert();
        await virsh.RunAsync(Token, "domjobabort", scene.Guest.Name);
        await assert();
    }

    private static async Task RefuseBlockJobsAsync(ViewScene scene)
    {
        var refused = await Assert.ThrowsAsync<BackupException>(() => new BlockJobEngine(
            new() { StateDirectory = scene.Backups.StateDirectory }, TimeProvider.System).RunAsync(
            scene.Backups.Connection, new BlockJobRequest.Pull { Domain = scene.Guest.Name, Disk = "vda" }, null,
            Token));

        Assert.Equal(FailureKind.Busy, refused.Kind);
        Assert.StartsWith($"view 'first' of domain '{scene.Guest.Name}' is open", refused.Message,
            StringComparison.Ordinal);
    }
}
