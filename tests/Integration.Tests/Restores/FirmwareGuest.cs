using LibvirtBackup.Integration.Tests.Lab;

namespace LibvirtBackup.Integration.Tests.Restores;

/// <summary>
/// A domain of UEFI firmware that libvirt chooses, its TPM, and an empty disk: nothing boots, yet each start and reset
/// has the firmware write its variables, and swtpm its state.
/// </summary>
internal sealed class FirmwareGuest : IAsyncDisposable
{
    private static int s_count;
    private readonly LabHost _host;

    private FirmwareGuest(LabHost host, string name, string store)
    {
        (_host, Name) = (host, name);
        // Where libvirt's own places are: see eng/lab/init.
        StorePath = Path.Combine(host.SharedDirectory, ".lab/nvram", store);
    }

    internal string Name { get; }

    /// <summary>Where its UEFI variables are.</summary>
    internal string StorePath { get; private init; }

    /// <summary>What it owns beside its disk, as files.</summary>
    internal string Directory => Path.Combine(_host.SharedDirectory, Name);

    /// <summary>Defines and starts a new one, and waits until its firmware has nothing left to do.</summary>
    internal static async Task<FirmwareGuest> StartAsync(LabHost host, CancellationToken cancellationToken)
    {
        var name = $"firmware{Interlocked.Increment(ref s_count)}";
        var guest = new FirmwareGuest(host, name, $"{name}_VARS.fd");
        System.IO.Directory.CreateDirectory(guest.Directory);
        var (disk, xml) = (Path.Combine(guest.Directory, "vda.qcow2"), Path.Combine(guest.Directory, "domain.xml"));
        _ = (await Tool.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", disk, "1M"], cancellationToken)).Value;
        var kvm = (await host.Virsh.TryAsync(cancellationToken, "domcapabilities", "--virttype", "kvm")).ExitCode == 0;
        await File.WriteAllTextAsync(xml, guest.Definition(disk, kvm ? "kvm" : "qemu"), cancellationToken);
        await host.Virsh.RunAsync(cancellationToken, "define", xml);
        await host.Virsh.RunAsync(cancellationToken, "start", name);
        var console = Path.Combine(guest.Directory, "serial.log");
        await PollAsync(
            async token => (await File.ReadAllTextAsync(console, token)).Contains(
                "No bootable option", StringComparison.Ordinal),
            cancellationToken);
        return guest;
    }

    /// <summary>A domain that a restore has defined.</summary>
    internal static FirmwareGuest Restored(LabHost host, string name, string store) =>
        new(host, name, store) { StorePath = store };

    internal Task RunAsync(string command, CancellationToken cancellationToken) =>
        _host.Virsh.RunAsync(cancellationToken, command, Name);

    internal async Task<FirmwareState> ReadAsync(CancellationToken cancellationToken) => new(
        await File.ReadAllBytesAsync(StorePath, cancellationToken),
        await File.ReadAllBytesAsync(await TpmPathAsync(cancellationToken), cancellationToken));

    /// <summary>Runs a command that makes the firmware run, until it and swtpm have written.</summary>
    internal async Task<FirmwareState> ChangeAsync(string command, CancellationToken cancellationToken)
    {
        var (before, after) = (await ReadAsync(cancellationToken), default(FirmwareState));
        await RunAsync(command, cancellationToken);
        await PollAsync(
            async token =>
            {
                after = await ReadAsync(token);
                return !after.Store.SequenceEqual(before.Store) && !after.Tpm.SequenceEqual(before.Tpm);
            },
            cancellationToken);
        return after!;
    }

    internal async Task<string> TpmPathAsync(CancellationToken cancellationToken) => Path.Combine(
        _host.SharedDirectory, ".lab/swtpm", await _host.Virsh.RunAsync(cancellationToken, "domuuid", Name),
        "tpm2/tpm2-00.permall");

    public async ValueTask DisposeAsync()
    {
        await _host.Virsh.TryAsync(CancellationToken.None, "destroy", Name);
        await _host.Virsh.TryAsync(
            CancellationToken.None, "undefine", Name, "--nvram", "--tpm", "--checkpoints-metadata");
        if (System.IO.Directory.Exists(Directory)) System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static async Task PollAsync(
        Func<CancellationToken, Task<bool>> condition, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await condition(limit.Token)) await Task.Delay(50, limit.Token);
    }

    private string Definition(string disk, string type) => $"""
        <domain type='{type}'>
          <name>{Name}</name>
          <memory unit='MiB'>256</memory>
          <os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type></os>
          <features><acpi/></features>
          <devices>
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2'/><source file='{disk}'/><target dev='vda' bus='virtio'/>
            </disk>
            <controller type='usb' model='none'/>
            <serial type='file'><source path='{Directory}/serial.log'/></serial>
            <memballoon model='none'/>
            <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
          </devices>
        </domain>
        """;
}
