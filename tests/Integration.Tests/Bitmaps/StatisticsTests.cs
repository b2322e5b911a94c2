using System.Diagnostics;
using System.Xml.Linq;
using LibvirtBackup.Checkpoints;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Bitmaps;

/// <summary>Dirty bytes since every checkpoint, beside virsh's.</summary>
public sealed class StatisticsTests(ITestOutputHelper output)
{
    private const string Ours = "lvb.0123abcd.default.1.1.00ff9a";

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Counts_agree_with_virsh_through_snapshot_restart_and_undefine(string suite)
    {
        await using var scene = await BitmapScene.StartAsync(suite);
        var virsh = scene.Guest.Host.Virsh;
        await using var connection = await LibvirtConnection.OpenAsync(
            scene.Guest.Host.ConnectionUri, cancellationToken: Token);
        var statistics = new CheckpointStatistics(connection);
        await scene.CheckpointAsync(Ours);
        await scene.WriteAsync(1, kibibytes: 128);
        await scene.CheckpointAsync("theirs");
        await scene.WriteAsync(4, kibibytes: 64);
        await CompareAsync((Ours, 192), ("theirs", 64));

        await scene.ShutOffAsync();
        Assert.All(
            (await statistics.ReadAsync(scene.Domain, Token)).Checkpoints,
            checkpoint => Assert.Null(checkpoint.Disks.Single().DirtyBytes));
        await scene.Guest.StartPausedAsync(Token);
        await CompareAsync((Ours, 192), ("theirs", 64));

        await scene.SnapshotAsync("overlay");
        await scene.WriteAsync(1, kibibytes: 64);
        await scene.WriteAsync(8, kibibytes: 64);
        await CompareAsync((Ours, 256), ("theirs", 192));

        // Migration loses the descriptions and keeps the bitmaps; so does this.
        await virsh.RunAsync(Token, "checkpoint-delete", scene.Domain, Ours, "--metadata");
        await virsh.RunAsync(Token, "checkpoint-delete", scene.Domain, "theirs", "--metadata");
        var lost = await statistics.ReadAsync(scene.Domain, Token);
        Assert.Empty(lost.Checkpoints);
        Assert.Equal(Ours, Assert.Single(lost.Forgotten).Name);

        await scene.CheckpointAsync("last");
        await virsh.RunAsync(Token, "undefine", scene.Domain);
        await scene.WriteAsync(12, kibibytes: 64);
        await CompareAsync(("last", 64));

        async Task CompareAsync(params (string Name, long Kibibytes)[] expected)
        {
            var all = await statistics.ReadAllAsync(Token);
            var one = all.Single(domain => domain.Domain == scene.Domain);
            Assert.Equal(
                expected.Select(e => (e.Name, (long?)(e.Kibibytes * Units.KiB))),
                one.Checkpoints.Select(c => (c.Name, c.Disks.Single().DirtyBytes)));
            var bitmaps = await virsh.RunAsync(
                Token, "qemu-monitor-command", scene.Domain, """{"execute":"query-named-block-nodes"}""");
            Assert.DoesNotContain("lvb-count", bitmaps, StringComparison.Ordinal);

            foreach (var (name, kibibytes) in expected)
                Assert.Equal(kibibytes * Units.KiB, await VirshSizeAsync(scene.Guest, name));
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Many_checkpoints_of_many_disks_are_counted_in_less_time_than_by_virsh(string suite)
    {
        const int checkpoints = 20;
        var host = await LabHost.ForAsync(suite);
        await using var guest = await LabGuest.StartPausedAsync(
            host, Token, [.. Enumerable.Range(0, 5).Select(_ => new LabDisk(16 * Units.MiB))]);
        await using var connection = await LibvirtConnection.OpenAsync(host.ConnectionUri, cancellationToken: Token);
        var statistics = new CheckpointStatistics(connection);
        for (var i = 0; i < checkpoints; i++)
            await host.Virsh.RunAsync(Token, "checkpoint-create-as", guest.Name, $"c{i}");
        await new QemuIo(guest).WriteAsync("vde", 0, 64 * Units.KiB, seed: 1, Token);

        var (byVirsh, _) = await TimeAsync(async () =>
        {
            for (var i = 0; i < checkpoints; i++) await VirshSizeAsync(guest, $"c{i}");
            return 0;
        });
        var (byMonitor, counted) = await TimeAsync(() => statistics.ReadAsync(guest.Name, Token));

        output.WriteLine($"{suite}: virsh in a loop {byVirsh} ms, QEMU's monitor {byMonitor} ms");
        Assert.Equal(checkpoints, counted.Checkpoints.Count);
        Assert.All(counted.Checkpoints, checkpoint => Assert.Equal(
            [0, 0, 0, 0, 64 * Units.KiB], checkpoint.Disks.Select(disk => disk.DirtyBytes!.Value)));
        Assert.True(byMonitor < byVirsh, $"{byMonitor} ms is not less than {byVirsh} ms");
    }

    private static async Task<(long Milliseconds, T Result)> TimeAsync<T>(Func<Task<T>> run)
    {
        var start = Stopwatch.GetTimestamp();
        var result = await run();
        return ((long)Stopwatch.GetElapsedTime(start).TotalMilliseconds, result);
    }

    private static async Task<long> VirshSizeAsync(LabGuest guest, string checkpoint)
    {
        var xml = await guest.Host.Virsh.RunAsync(
            Token, "checkpoint-dumpxml", guest.Name, checkpoint, "--size", "--no-domain");
        return (long)XElement.Parse(xml).Descendants("disk").First().Attribute("size")!;
    }
}
