using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Permissions;

/// <summary>
/// A user who may use libvirt's socket and nothing else, and a QEMU that runs as a user of its own, as on real hosts.
/// </summary>
public sealed class UnprivilegedTests
{
    private const string Nobody = "65534";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plain_user_takes_points_and_is_told_what_keeps_QEMU_or_the_user_out()
    {
        await using var host = await LabHost.StartPrivateAsync("trixie");
        _ = (await host.RunInsideAsync(
            Token, "sed", "-i", "s/\"root\"/\"libvirt-qemu\"/; s/^dynamic_ownership = 0/dynamic_ownership = 1/",
            "/etc/libvirt/qemu.conf")).Value;
        await host.RestartLibvirtdAsync(Token);
        await using var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(8 * Units.MiB));
        await new QemuIo(guest).FillAsync("vda", 0, Units.MiB, 1, Token);
        var home = await MakeAsync("home");
        var scratch = await MakeAsync("scratch");
        var repository = Path.Combine(home, "repo");
        Assert.Equal(0, (await RunAsync("init")).ExitCode);

        var taken = await RunAsync("backup", guest.Name, "--scratch", scratch);
        Assert.True(taken.ExitCode == 0, taken.Error);
        await new QemuIo(guest).FillAsync("vda", 2 * Units.MiB, 65536, 2, Token);
        var oracle = await DiskOracle.CaptureAsync(guest, Path.Combine(guest.Directory, "oracle"), Token);
        taken = await RunAsync("backup", guest.Name, "--scratch", scratch);
        Assert.True(taken.ExitCode == 0, taken.Error);
        var point = JsonDocument.Parse(taken.Output).RootElement.GetProperty("points")[0];
        Assert.Equal("incremental", point.GetProperty("level").GetString());
        var restored = Path.Combine(home, "restored");
        var restore = await RunAsync(
            "restore", point.GetProperty("point").GetString()!, "--to", restored, "--format", "raw");
        Assert.True(restore.ExitCode == 0, restore.Error);
        Assert.Null(await DiskOracle.CompareRawAsync(oracle["vda"], Path.Combine(restored, "vda.raw"), Token));
        Assert.Empty(Directory.GetFileSystemEntries(scratch));

        await AssertRefusalAsync(["backup", guest.Name, "--scratch", "/root/scratch"], "give another --scratch");
        File.SetUnixFileMode(scratch, (UnixFileMode)0b111_000_000);
        await AssertRefusalAsync(["backup", guest.Name, "--scratch", scratch], "has mode 700", "chmod o+x");
        var doctor = await RunAsync("doctor", "--host", "--scratch", scratch);
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("has mode 700", doctor.Output);
        _ = (await Tool.RunAsync("chown", ["-R", "0", repository], Token)).Value;
        File.SetUnixFileMode(scratch, (UnixFileMode)0b111_001_001);
        await AssertRefusalAsync(
            ["backup", guest.Name, "--scratch", scratch], "cannot be read by user 'nobody'; run as root");
        // One that everybody may look into, and only its owner may write.
        File.SetUnixFileMode(repository, (UnixFileMode)0b111_101_101);
        await AssertRefusalAsync(["backup", guest.Name, "--scratch", scratch], "run as root, or make it writable");

        async Task<string> MakeAsync(string name)
        {
            var directory = Path.Combine(guest.Directory, name);
            Directory.CreateDirectory(directory);
            _ = (await Tool.RunAsync("chown", [$"{Nobody}:{Nobody}", directory], Token)).Value;
            return directory;
        }

        async Task AssertRefusalAsync(string[] arguments, params string[] texts)
        {
            var result = await RunAsync(arguments);
            Assert.Equal(1, result.ExitCode);
            Assert.All(texts, text => Assert.Contains(text, result.Error));
        }

        Task<ToolResult> RunAsync(params string[] arguments) => Tool.RunAsync(
            "setpriv",
            [
                "--reuid", Nobody, "--regid", Nobody, "--clear-groups", "env", $"HOME={home}",
                Path.Combine(AppContext.BaseDirectory, "lvbackup"), .. arguments, "--json", "-c", host.ConnectionUri,
                "--repo", repository, "--state-dir", Path.Combine(home, "state"),
            ],
            Token);
    }
}
