using Xunit;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>The hosts are what they claim, survive what tests do to them, and leave nothing behind.</summary>
public sealed class LabHostTests
{
    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bullseye_has_the_libvirt_that_is_too_old()
    {
        LabHost host = await LabHost.ForAsync("bullseye");

        Assert.Equal(new Version(7, 0, 0), host.LibvirtVersion);
        Assert.Equal(5, host.QemuVersion.Major);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_guest_outlives_the_libvirtd_that_was_killed(string suite)
    {
        await using LabHost host = await LabHost.StartPrivateAsync(suite);
        await using LabGuest guest = await LabGuest.StartAsync(host, Cancellation, new LabDisk(Units.MiB));
        int? qemu = await host.QemuPidAsync(guest.Name, Cancellation);

        await host.KillLibvirtdAsync(Cancellation);
        int? killed = await host.LibvirtdPidAsync(Cancellation);
        await host.RestartLibvirtdAsync(Cancellation);

        Assert.Null(killed);
        Assert.NotNull(qemu);
        Assert.Equal(qemu, await host.QemuPidAsync(guest.Name, Cancellation));
        Assert.Equal("alive", (await guest.RunAsync("echo alive", Cancellation)).Value);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_killed_QEMU_is_reaped_and_its_domain_shut_off(string suite)
    {
        await using LabHost host = await LabHost.StartPrivateAsync(suite);
        await using LabGuest guest = await LabGuest.StartAsync(host, Cancellation, new LabDisk(Units.MiB));

        await host.KillQemuAsync(guest.Name, Cancellation);

        Assert.Null(await host.QemuPidAsync(guest.Name, Cancellation));
        Assert.Equal("shut off (crashed)", await host.Virsh.RunAsync(Cancellation, "domstate", guest.Name, "--reason"));
        await guest.BootAsync(Cancellation);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_pull_backup_since_a_checkpoint_offers_its_dirty_bitmap(string suite)
    {
        LabHost host = await LabHost.ForAsync(suite);
        await using LabGuest guest = await LabGuest.StartAsync(host, Cancellation, new LabDisk(8 * Units.MiB));
        await host.Virsh.RunAsync(Cancellation, "checkpoint-create-as", guest.Name, "first");
        await guest.WritePatternAsync("vda", Units.MiB, 64 * Units.KiB, seed: 1, Cancellation);
        string socket = Path.Combine(guest.Directory, "nbd");
        string backup = Path.Combine(guest.Directory, "backup.xml");
        await File.WriteAllTextAsync(
            backup,
            $"""
            <domainbackup mode='pull'>
              <incremental>first</incremental>
              <server transport='unix' socket='{socket}'/>
              <disks>
                <disk name='vda' backup='yes' type='file'>
                  <scratch file='{guest.Directory}/scratch'/>
                </disk>
              </disks>
            </domainbackup>
            """,
            Cancellation);

        await host.Virsh.RunAsync(Cancellation, "backup-begin", guest.Name, backup);
        ToolResult export = await Tool.RunAsync("nbdinfo", [$"nbd+unix:///vda?socket={socket}"], Cancellation);
        ToolResult map = await Tool.RunAsync(
            "nbdinfo",
            ["--map=qemu:dirty-bitmap:backup-vda", $"nbd+unix:///vda?socket={socket}"],
            Cancellation);
        await host.Virsh.RunAsync(Cancellation, "domjobabort", guest.Name);

        Assert.Contains("qemu:dirty-bitmap:backup-vda", export.Value, StringComparison.Ordinal);
        string[] dirty = [.. map.Value.Split('\n').Where(line => line.Contains("dirty", StringComparison.Ordinal))];
        Assert.Equal(["1048576", "65536"], Assert.Single(dirty).Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]);
    }

    [Fact]
    public async Task A_shared_host_refuses_to_be_killed()
    {
        LabHost host = await LabHost.ForAsync("bookworm");

        await Assert.ThrowsAsync<InvalidOperationException>(() => host.KillLibvirtdAsync(Cancellation));
    }

    [Fact]
    public async Task An_ended_host_leaves_neither_processes_nor_files()
    {
        LabHost host = await LabHost.StartPrivateAsync("bookworm");
        await using (await LabGuest.StartAsync(host, Cancellation, new LabDisk(Units.MiB)))
        {
            int libvirtd = (await host.LibvirtdPidAsync(Cancellation))!.Value;

            await host.DisposeAsync();

            Assert.False(Directory.Exists(host.SharedDirectory));
            Assert.False(Directory.Exists($"/proc/{libvirtd}"));
        }
    }
}
