using System.Diagnostics;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Remote;

public sealed class RemoteBackupTests
{
    private const string Scratch = "/var/lib/lvbackup/remote";
    private const int NotSupported = 6;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bookworm")]
    [InlineData("trixie")]
    [InlineData("forky")]
    public async Task Points_of_another_host_have_its_bytes_over_ssh_TLS_and_TCP(string suite)
    {
        await using var scene = await RemoteScene.StartAsync(suite);
        Assert.Equal(0, (await scene.RunAsync("ssh", "init")).ExitCode);
        await scene.WriteAsync("vda", 0, Units.MiB, 1);
        await scene.WriteAsync("vdb", Units.MiB, Units.MiB, 2);
        var (full, warnings) = await scene.BackUpAsync("ssh");
        Assert.Equal("full", full.GetProperty("level").GetString());
        Assert.Contains("not in the restore point: kernel", warnings);
        await scene.WriteAsync("vda", 2 * Units.MiB, 64 * Units.KiB, 3);
        var (next, _) = await scene.BackUpAsync("ssh");
        Assert.Equal("incremental", next.GetProperty("level").GetString());
        Assert.Equal(64 * Units.KiB, next.GetProperty("disks")[0].GetProperty("dirtyBytes").GetInt64());

        string[] tls = ["--track", "tls", "--disk", "vda", "--nbd-tls-dir", Path.Combine(scene.Directory, "pki")];
        Assert.Equal("full", (await scene.BackUpAsync("tls", tls)).Point.GetProperty("level").GetString());
        await scene.WriteAsync("vda", 3 * Units.MiB, 64 * Units.KiB, 4);
        Assert.Equal("incremental", (await scene.BackUpAsync("tls", tls)).Point.GetProperty("level").GetString());

        await AssertPolicyReadsOverTlsAsync(scene);

        // Nobody can tell which of two disks an image is of: everything is read.
        await scene.WriteAsync("vdb", 4 * Units.MiB, 64 * Units.KiB, 5);
        (var open, warnings) = await scene.BackUpAsync("tcp", "--nbd-unencrypted", "--nbd-listen", "127.0.0.1");
        Assert.Equal("full", open.GetProperty("level").GetString());
        Assert.Contains("its host does not tell", open.GetProperty("reason").GetString());
        Assert.Contains("without encryption", warnings);

        var images = await scene.ListAsync(scene.Images);
        Assert.Equal(3, images.Split('\n').Length); // two images and the kernel, no scratch image
        Assert.Equal("", await scene.ListAsync(Scratch));
        await AssertShutOffIsRefusedAsync(scene);
    }

    [Fact]
    public async Task What_is_not_safe_over_a_network_is_refused_and_what_was_killed_is_cleared()
    {
        await using var scene = await RemoteScene.StartAsync("trixie");
        Assert.Equal(0, (await scene.RunAsync("ssh", "init")).ExitCode);
        await scene.WriteAsync("vda", 0, 6 * Units.MiB, 1);
        foreach (var (transport, certificates) in ((string, string?)[])
            [("tls", "pki-stranger"), ("tls", "pki-other-name"), ("tls", null), ("tcp", null)])
        {
            string[] options = certificates is null
                ? []
                : ["--nbd-tls-dir", Path.Combine(scene.Directory, certificates)];
            var (exitCode, _, error) = await scene.RunAsync(transport, ["backup", RemoteScene.Guest, .. options]);
            Assert.True(exitCode == 1, $"{transport} {certificates}: {exitCode}");
            Assert.Contains("certificate", error);
            Assert.Contains("--nbd-tls-dir", error);
        }

        // A host whose QEMU has no certificates.
        _ = (await scene.Host.RunInsideAsync(Token, "sed", "-i", "/backup_tls/d", "/etc/libvirt/qemu.conf")).Value;
        await scene.Host.RestartLibvirtdAsync(Token);
        var refused = await scene.RunAsync(
            "tls", "backup", RemoteScene.Guest, "--nbd-tls-dir", Path.Combine(scene.Directory, "pki"));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("/etc/pki/qemu", refused.Error);
        Assert.DoesNotContain(".scratch", await scene.ListAsync(scene.Images));

        foreach (var command in (string[][])
            [
                ["push", RemoteScene.Guest, "--to", Path.Combine(scene.Directory, "push")],
                ["snapshot-open", RemoteScene.Guest],
                ["blockcommit", RemoteScene.Guest, "vda"],
                ["snapshot-create-as", RemoteScene.Guest, "s1"],
            ])
        {
            var (exitCode, _, error) = await scene.RunAsync("tcp", command);
            Assert.True(exitCode == NotSupported, $"{command[0]}: {exitCode} {error}");
            Assert.Contains("is another host than this one", error);
        }

        await AssertKilledIsClearedAsync(scene);
    }

    private static async Task AssertPolicyReadsOverTlsAsync(RemoteScene scene)
    {
        var policy = Path.Combine(scene.Directory, "far.yaml");
        await File.WriteAllTextAsync(
            policy,
            $$"""
            version: 1
            name: far
            domains: {names: [{{RemoteScene.Guest}}]}
            repository: {directory: {{scene.Directory}}/repo}
            track: policy
            nbd: {tls-dir: {{scene.Directory}}/pki, ports: 10900}
            schedule: {incremental: yearly on january 1 at 00:00}
            """,
            Token);
        var (exitCode, report, error) = await scene.RunAsync("tls", "policy", "run", policy);
        Assert.True(exitCode == 0, error);
        var task = Assert.Single(report.GetProperty("policies")[0].GetProperty("tasks").EnumerateArray());
        Assert.Equal("done", task.GetProperty("outcome").GetString());
    }

    private static async Task AssertShutOffIsRefusedAsync(RemoteScene scene)
    {
        await scene.Host.Virsh.RunAsync(Token, "destroy", RemoteScene.Guest);
        var (exitCode, _, error) = await scene.RunAsync("ssh", "backup", RemoteScene.Guest);
        Assert.Equal(NotSupported, exitCode);
        Assert.Contains("is not a file or device of this host", error);
        Assert.Contains("run lvbackup on its host", error);
        var bitmaps = (await scene.RunAsync("ssh", "bitmap-list", RemoteScene.Guest)).Document;
        Assert.All(
            bitmaps.GetProperty("disks").EnumerateArray(),
            disk => Assert.Empty(disk.GetProperty("bitmaps").EnumerateArray()));
        Assert.Equal(0, (await scene.RunAsync("tcp", "checkpoint-list", RemoteScene.Guest)).ExitCode);
        await scene.BackUpAsync("ssh", "--start-paused");
    }

    private static async Task AssertKilledIsClearedAsync(RemoteScene scene)
    {
        using (var process = Process.Start("bash", scene.CommandOf(
            "ssh", "backup", RemoteScene.Guest, "--limit-rate", "64KiB", "-q", "--no-progress")))
        {
            while (!(await scene.Host.Virsh.TryAsync(Token, "domjobinfo", RemoteScene.Guest)).Output
                .Contains("Backup", StringComparison.Ordinal))
            {
                Assert.False(process.HasExited, "it ended before its job ran");
                await Task.Delay(50, Token);
            }

            process.Kill(); // the shell has become the program
            await process.WaitForExitAsync(Token);
        }

        Assert.Contains(".scratch", await scene.ListAsync(Scratch));
        var doctor = (await scene.RunAsync("ssh", "doctor", "--repair")).Document;
        Assert.Contains("interrupted-job", doctor.GetRawText());
        Assert.Equal("", await scene.ListAsync(Scratch));
        Assert.Empty(Directory.GetDirectories(Path.Combine(scene.Directory, "state", "tunnels")));
        await scene.BackUpAsync("ssh");
    }
}
