using System.Diagnostics;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.LibvirtQemu;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Libvirt;

/// <summary>The objects on a real QEMU and a real guest: agent, devices, block jobs, thresholds.</summary>
public sealed class LiveDomainTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task The_guest_answers_through_its_agent(string suite)
    {
        await using LiveDomain live = await LiveDomain.StartAsync(suite);
        LibvirtDomain domain = live.Domain;
        await live.Guest.MakeExt4Async("vda", Token);

        Assert.Contains(
            "return",
            await domain.QemuAgentCommandAsync("""{"execute":"guest-ping"}""", TimeSpan.FromSeconds(30), Token),
            StringComparison.Ordinal);
        IReadOnlyList<GuestFileSystem> mounted = await domain.GetFileSystemsAsync(Token);
        Assert.Contains(mounted, one => one is { MountPoint: "/mnt/vda", Type: "ext4" } && one.Disks.Contains("vda"));
        Assert.True(await domain.FreezeFileSystemsAsync(cancellationToken: Token) > 0);
        Assert.True(await live.Guest.IsFrozenAsync(Token));
        Assert.True(await domain.ThawFileSystemsAsync(cancellationToken: Token) > 0);
        Assert.False(await live.Guest.IsFrozenAsync(Token));
        TypedParameterList about = await domain.GetGuestInfoAsync(VirDomainGuestInfoTypes.Filesystem, Token);
        Assert.True(about.GetInt64("fs.count") > 0);
        string human = await domain.QemuMonitorCommandAsync(
            "info version", VirDomainQemuMonitorCommandFlags.Hmp, Token);
        Assert.StartsWith($"{live.Guest.Host.QemuVersion.Major}.", human, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Agents_that_go_and_come_are_events(string suite)
    {
        await using LiveDomain live = await LiveDomain.StartAsync(suite);
        await using EventSubscription<DomainAgentLifecycleEvent> agents =
            await live.Connection.Events.AgentLifecycleAsync(live.Domain, cancellationToken: Token);
        await live.Domain.DestroyAsync(cancellationToken: Token);

        await live.Guest.BootAsync(Token);

        DomainAgentLifecycleEvent connected = await agents.FirstAsync(
            one => one.State == VirConnectDomainEventAgentLifecycleState.Connected, Token)
            .WaitAsync(s_patience, Token);
        Assert.Equal(live.Domain.Identity, connected.Domain);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_write_beyond_a_threshold_is_an_event(string suite)
    {
        await using LiveDomain live = await LiveDomain.StartAsync(suite);
        await using EventSubscription<DomainBlockThresholdEvent> crossed =
            await live.Connection.Events.BlockThresholdsAsync(live.Domain, cancellationToken: Token);
        // The image grows as it is written; it begins far below this.
        await live.Domain.SetBlockThresholdAsync("vda", (ulong)(2 * Units.MiB), Token);

        await live.Guest.WritePatternAsync("vda", 0, 8 * Units.MiB, seed: 1, Token);

        DomainBlockThresholdEvent seen =
            await crossed.FirstAsync(_ => true, Token).WaitAsync(s_patience, Token);
        Assert.StartsWith("vda", seen.Device, StringComparison.Ordinal);
        Assert.Equal((ulong)(2 * Units.MiB), seen.Threshold);
        Assert.True(seen.Excess > 0);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_disk_comes_and_goes(string suite)
    {
        await using LiveDomain live = await LiveDomain.StartAsync(suite);
        await using EventSubscription<DomainDeviceAddedEvent> added =
            await live.Connection.Events.DevicesAddedAsync(live.Domain, cancellationToken: Token);
        await using EventSubscription<DomainDeviceRemovedEvent> removed =
            await live.Connection.Events.DevicesRemovedAsync(live.Domain, cancellationToken: Token);
        string image = Path.Combine(live.Guest.Directory, "extra.raw");
        await File.WriteAllBytesAsync(image, new byte[Units.MiB], Token);
        File.SetUnixFileMode(image, (UnixFileMode)0b110_110_110);
        string xml = $"""
            <disk type='file' device='disk'>
              <driver name='qemu' type='raw'/>
              <source file='{image}'/>
              <target dev='vdz' bus='virtio'/>
            </disk>
            """;

        await live.Domain.AttachDeviceAsync(xml, VirDomainDeviceModifyFlags.Live, Token);
        DomainDeviceAddedEvent came = await added.FirstAsync(_ => true, Token).WaitAsync(s_patience, Token);
        Assert.Equal(Units.MiB, (await live.Domain.GetBlockInfoAsync("vdz", Token)).Capacity);
        await live.Domain.DetachDeviceAliasAsync(came.DeviceAlias, VirDomainDeviceModifyFlags.Live, Token);

        DomainDeviceRemovedEvent gone = await removed.FirstAsync(_ => true, Token).WaitAsync(s_patience, Token);
        Assert.Equal(came.DeviceAlias, gone.DeviceAlias);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Layers_are_made_committed_and_switched(string suite)
    {
        await using LiveDomain live = await LiveDomain.StartAsync(suite);
        LibvirtDomain domain = live.Domain;
        await using EventSubscription<DomainBlockJobEvent> jobs =
            await live.Connection.Events.BlockJobsAsync(domain, cancellationToken: Token);
        using DomainSnapshot snapshot = await domain.CreateSnapshotAsync(
            $"""
            <domainsnapshot><name>s</name><disks>
              <disk name='vda' snapshot='external'><source file='{live.Guest.Directory}/overlay.qcow2'/></disk>
            </disks></domainsnapshot>
            """,
            VirDomainSnapshotCreateFlags.DiskOnly | VirDomainSnapshotCreateFlags.NoMetadata
                | VirDomainSnapshotCreateFlags.Atomic,
            Token);
        await live.Guest.WritePatternAsync("vda", 0, 64 * Units.KiB, seed: 1, Token);

        await domain.BlockCommitAsync(
            "vda", flags: VirDomainBlockCommitFlags.Active, cancellationToken: Token);
        DomainBlockJobEvent ready = await jobs.FirstAsync(
            one => one.Status == VirConnectDomainEventBlockJobStatus.Ready, Token).WaitAsync(s_patience, Token);
        Assert.Equal(VirDomainBlockJobType.ActiveCommit, ready.Type);
        Assert.Equal(
            VirDomainBlockJobType.ActiveCommit, (await domain.GetBlockJobInfoAsync("vda", Token))?.Type);
        await domain.SetBlockJobSpeedAsync("vda", 0, Token);
        await domain.AbortBlockJobAsync("vda", VirDomainBlockJobAbortFlags.Pivot, Token);

        Assert.Null(await domain.GetBlockJobInfoAsync("vda", Token));
        Assert.DoesNotContain("overlay", await domain.GetXmlAsync(cancellationToken: Token), StringComparison.Ordinal);
        await domain.BlockResizeAsync("vda", 2 * LiveDomain.Size, Token);
        Assert.Equal(2 * LiveDomain.Size, (await domain.GetBlockInfoAsync("vda", Token)).Capacity);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_disk_that_fails_on_the_host_is_an_event_with_the_reason(string suite)
    {
        await using LiveDomain live = await LiveDomain.StartAsync(suite);
        string socket = Path.Combine(live.Guest.Directory, "full");
        using Process server = StartFullServer(socket);
        try
        {
            while (!File.Exists(socket))
                await Task.Delay(50, Token);
            File.SetUnixFileMode(socket, (UnixFileMode)0b110_110_110);
            await using EventSubscription<DomainIoErrorEvent> errors =
                await live.Connection.Events.IoErrorsAsync(live.Domain, cancellationToken: Token);
            // The export is named: libvirt 9.0 loses the event of a network disk without a name on its way to us.
            await live.Domain.AttachDeviceAsync(
                $"""
                <disk type='network' device='disk'>
                  <driver name='qemu' type='raw' error_policy='stop'/>
                  <source protocol='nbd' name='full'><host transport='unix' socket='{socket}'/></source>
                  <target dev='vdz' bus='virtio'/>
                </disk>
                """,
                VirDomainDeviceModifyFlags.Live,
                Token);
            // Later, so that the agent has answered before the guest is paused.
            await live.Guest.RunAsync(
                "(while [ ! -b /dev/vdb ]; do sleep 1; done; sleep 2; dd if=/dev/zero of=/dev/vdb bs=4k count=1)"
                    + " </dev/null >/dev/null 2>&1 &",
                Token);

            DomainIoErrorEvent error = await errors.FirstAsync(_ => true, Token).WaitAsync(s_patience, Token);

            Assert.Equal("enospc", error.Reason);
            Assert.Equal(VirDomainEventIOErrorAction.Pause, error.Action);
            Assert.Equal(
                new DomainStateInfo(VirDomainState.Paused, (int)VirDomainPausedReason.Ioerror),
                await live.Domain.GetStateAsync(Token));
            Assert.StartsWith("virtio-disk", error.DeviceAlias, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
        }
    }

    // A disk whose every write finds the host's storage full.
    private static Process StartFullServer(string socket)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/nbdkit"), "nbdkit is not installed (apt: nbdkit)");
        return Process.Start(
            "nbdkit",
            ["-f", "-U", socket, "--filter=error", "memory", "16M", "error-pwrite=ENOSPC", "error-pwrite-rate=100%"]);
    }
}
