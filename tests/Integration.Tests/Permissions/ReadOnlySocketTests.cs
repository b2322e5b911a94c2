using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Permissions;

/// <summary>libvirt's other socket, which everybody may use, and which changes nothing.</summary>
public sealed class ReadOnlySocketTests
{
    private const string Advice = "use libvirt's other socket (libvirt-sock, not libvirt-sock-ro)";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_that_may_only_read_is_named_with_the_fix()
    {
        var host = await LabHost.ForAsync("trixie");
        var writing = await RunAsync(host.ConnectionUri, "doctor", "--host");
        Assert.Contains("good     rights: ", writing.Output);

        var uri = $"qemu+unix:///system?socket={host.SharedDirectory}/sock/libvirt-sock-ro";
        var doctor = await RunAsync(uri, "doctor", "--host");
        Assert.Equal(1, doctor.ExitCode);
        var lines = doctor.Output.Split('\n');
        var finding = Array.FindIndex(
            lines, line => line.StartsWith("problem  rights: libvirt refuses: ", StringComparison.Ordinal));
        Assert.True(finding >= 0, doctor.Output);
        Assert.Contains("read only access", lines[finding]);
        Assert.StartsWith($"         fix: this connection is for reading only: {Advice}", lines[finding + 1]);

        await using var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(Units.MiB));
        Assert.Equal(0, (await RunAsync(host.ConnectionUri, "init")).ExitCode);
        var backup = await RunAsync(uri, "backup", guest.Name);
        Assert.Equal(1, backup.ExitCode);
        Assert.Contains(Advice, backup.Error);
        Assert.Single(backup.Error.Trim().Split('\n'));

        Task<ToolResult> RunAsync(string to, params string[] arguments)
        {
            var work = Path.Combine(host.SharedDirectory, "read-only");
            return Tool.RunAsync(
                Path.Combine(AppContext.BaseDirectory, "lvbackup"),
                [
                    .. arguments, "-q", "-c", to, "--repo", Path.Combine(work, "repo"), "--state-dir",
                    Path.Combine(work, "state"),
                ],
                Token);
        }
    }
}
