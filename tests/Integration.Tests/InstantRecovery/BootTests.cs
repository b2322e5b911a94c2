using System.Globalization;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.InstantRecovery;

/// <summary>Domains that run from the repository, whatever is killed: no write of the guest is ever lost.</summary>
public sealed class BootTests(ITestOutputHelper output)
{
    private const int Sectors = 60;
    private const int Stride = 2000;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Every_write_survives_kills_of_server_and_host_and_the_finished_domain_stands_alone(string suite)
    {
        await using var scene = await InstantScene.StartAsync(suite);
        var (name, virsh) = (InstantScene.NewName(), scene.Origin.Guest.Host.Virsh);
        var server = await scene.BootPointAsync(name);
        var guest = scene.GuestOf(name);
        await guest.WaitForAgentAsync(Token);
        if (suite != "bookworm") await scene.AssertSpeaksExtendedHeadersAsync(name);

        // The server dies while the guest writes parts of clusters, which QEMU completes from the point.
        await BeginScatteredWritesAsync(guest, seed: 5);
        await InstantScene.KillAsync(server);
        output.WriteLine($"{suite}: without server: {await virsh.RunAsync(Token, "domstate", name, "--reason")}");
        var second = await scene.BootPointAsync(name);
        Assert.NotEqual(server, second);
        Assert.Equal("0", await EndOfWritesAsync(guest));
        ExpectScatteredWrites(scene.Expected, seed: 5);
        Assert.Equal(await scene.HashAsync(), await guest.HashAsync("vda", Token));

        // It dies and comes back while nobody reads; QEMU finds out later.
        await InstantScene.KillAsync(second);
        second = await scene.BootPointAsync(name);
        Assert.Equal(await scene.HashAsync(), await HashThroughPausesAsync(guest));

        // The host dies: QEMU and server.
        await guest.WritePatternAsync("vda", 25 * Units.MiB, Units.MiB, seed: 6, Token);
        scene.Expected.WritePattern(25 * Units.MiB, Units.MiB, seed: 6);
        await InstantScene.KillAsync(second);
        await scene.Origin.Guest.Host.KillQemuAsync(name, Token);
        var third = await scene.BootPointAsync(name);
        await guest.WaitForAgentAsync(Token);

        // It is finished while the guest writes, and the repository goes.
        await BeginScatteredWritesAsync(guest, seed: 7);
        await scene.BootAsync(name, "--finish");
        ExpectScatteredWrites(scene.Expected, seed: 7);
        Assert.False(InstantScene.IsAlive(third), "its server is left");
        scene.AssertNoNotes();
        Directory.Move(scene.Origin.Repository.Location, scene.Origin.Repository.Location + "-gone");
        Assert.Equal("0", await EndOfWritesAsync(guest));
        Assert.Equal(await scene.HashAsync(), await guest.HashAsync("vda", Token));
        var definition = await virsh.RunAsync(Token, "dumpxml", name, "--inactive");
        Assert.DoesNotContain("nbd", definition, StringComparison.Ordinal);
        Assert.DoesNotContain("error_policy", definition, StringComparison.Ordinal);
        await virsh.RunAsync(Token, "destroy", name);
        await scene.AssertEqualAsync(name);
        await virsh.RunAsync(Token, "undefine", name);
    }

    [Theory]
    [InlineData("bookworm")]
    [InlineData("forky")]
    public async Task Its_point_stays_while_the_server_is_dead_and_a_domain_that_is_off_is_finished_or_discarded(
        string suite)
    {
        await using var scene = await InstantScene.StartAsync(suite);
        var (name, virsh) = (InstantScene.NewName(), scene.Origin.Guest.Host.Virsh);
        var before = await Task.Run(() => Snapshot(scene.Origin.Repository.Location), Token);
        var server = await scene.BootPointAsync(name);

        await scene.BootAsync(name, "--discard");
        await scene.AssertNothingLeftAsync(name, server);
        Assert.Equal(before, Snapshot(scene.Origin.Repository.Location));

        server = await scene.BootPointAsync(name);
        await virsh.RunAsync(Token, "destroy", name);
        await InstantScene.KillAsync(server);
        await scene.AssertPointStaysAsync(name);
        await scene.BootAsync(name, "--finish");
        scene.AssertNoNotes();
        Assert.Empty(await scene.Origin.Repository.ListUsesAsync(Token));
        Directory.Move(scene.Origin.Repository.Location, scene.Origin.Repository.Location + "-gone");
        await scene.AssertEqualAsync(name);
        await virsh.RunAsync(Token, "start", name, "--paused");
        await virsh.RunAsync(Token, "destroy", name);
        await virsh.RunAsync(Token, "undefine", name);
    }

    [Fact]
    public async Task What_a_killed_boot_has_left_is_removed_by_the_next()
    {
        await using var scene = await InstantScene.StartAsync("bookworm");
        var name = InstantScene.NewName();
        using (var killed = LvbackupProcess.Start(
            scene.Origin, "boot", scene.Point, "--name", name, "--to", scene.DirectoryOf(name)))
        {
            while (!File.Exists(Path.Combine(scene.DirectoryOf(name), "lvbackup.nbd")))
                await Task.Delay(10, Token);
            killed.Kill();
            await killed.EndAsync();
        }

        var server = await scene.BootPointAsync(name);
        await scene.BootAsync(name, "--discard");
        await scene.AssertNothingLeftAsync(name, server);
    }

    /// <summary>Begins to write single sectors all over the disk, one after the other, down to the image.</summary>
    private static async Task BeginScatteredWritesAsync(LabGuest guest, int seed)
    {
        var pattern = SectorPattern.Command(0, SectorPattern.SectorSize, seed)
            .Replace("s=0;s<1;s++", FormattableString.Invariant($"i=0;i<{Sectors};i++"), StringComparison.Ordinal)
            .Replace(",s,", FormattableString.Invariant($",i*{Stride}+5,"), StringComparison.Ordinal);
        var loop = $"{pattern} >/tmp/w; i=0; while [ $i -lt {Sectors} ]; do echo $i >/tmp/at; "
            + "dd if=/tmp/w of=/dev/vda bs=512 count=1 "
            + $"skip=$i seek=$((i*{Stride}+5)) conv=notrunc,fsync 2>/dev/null || {{ echo 1 >/tmp/done; exit; }}; "
            + "i=$((i+1)); done; echo 0 >/tmp/done";
        const string underWay = "while ! grep -q '[2-9]' /tmp/at; do sleep 0.02; done 2>/dev/null";
        _ = (await guest.RunAsync(
            $"rm -f /tmp/done /tmp/at; ({loop}) </dev/null >/dev/null 2>&1 & {underWay}", Token)).Value;
    }

    /// <summary>Reads the disk, and not what the guest has in memory of it.</summary>
    private static async Task<string> HashThroughPausesAsync(LabGuest guest)
    {
        // Begun a second later: the pause must not catch the call that begins it.
        const string command =
            "sleep 1; echo 3 >/proc/sys/vm/drop_caches; sha256sum </dev/vda >/tmp/sum; touch /tmp/summed";
        _ = (await guest.RunAsync($"rm -f /tmp/summed; ({command}) </dev/null >/dev/null 2>&1 &", Token)).Value;
        while (true)
        {
            try
            {
                var told = await guest.RunAsync("test -e /tmp/summed && cat /tmp/sum", Token);
                if (told.ExitCode == 0) return told.Value.Split(' ')[0];
            }
            catch (ToolFailedException e) when (e.Message.Contains("is not running", StringComparison.Ordinal))
            {
                // It is paused until QEMU has connected again and the server has seen it wait.
            }

            await Task.Delay(200, Token);
        }
    }

    private static async Task<string> EndOfWritesAsync(LabGuest guest) =>
        (await guest.RunAsync("while [ ! -s /tmp/done ]; do sleep 0.1; done; cat /tmp/done", Token)).Value.Trim();

    private static void ExpectScatteredWrites(ExpectedDisk expected, int seed)
    {
        for (var i = 0; i < Sectors; i++)
            expected.WritePattern((i * Stride + 5) * SectorPattern.SectorSize, SectorPattern.SectorSize, seed);
    }

    /// <summary>The repository's points and packs, which nothing may touch.</summary>
    private static string Snapshot(string repository) => string.Join('\n', Directory
        .EnumerateFiles(repository, "*", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/locks/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(path => string.Create(
            CultureInfo.InvariantCulture,
            $"{path} {new FileInfo(path).Length} {File.GetLastWriteTimeUtc(path):O}")));
}
