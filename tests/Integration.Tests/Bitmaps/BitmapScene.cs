using LibvirtBackup.Bitmaps;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Bitmaps;

/// <summary>A guest with one disk, vda, and the service under test.</summary>
internal sealed class BitmapScene : IAsyncDisposable
{
    private readonly LibvirtConnection _connection;
    private readonly bool _ownsHost;
    private int _seed;

    private BitmapScene(LabGuest guest, LibvirtConnection connection, bool ownsHost)
    {
        (Guest, _connection, _ownsHost) = (guest, connection, ownsHost);
        Service = new BitmapService(connection);
    }

    internal LabGuest Guest { get; }

    internal string Domain => Guest.Name;

    internal BitmapService Service { get; }

    private string Scratch => Path.Combine(Guest.Directory, "scratch");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<BitmapScene> StartAsync(string suite) =>
        await StartAsync(await LabHost.ForAsync(suite), ownsHost: false);

    /// <summary>A scene whose QEMU may be killed.</summary>
    internal static async Task<BitmapScene> StartPrivateAsync(string suite) =>
        await StartAsync(await LabHost.StartPrivateAsync(suite), ownsHost: true);

    internal Task CheckpointAsync(string name) =>
        Guest.Host.Virsh.RunAsync(Token, "checkpoint-create-as", Domain, name);

    internal Task SnapshotAsync(string name) => Guest.Host.Virsh.RunAsync(
        Token, "snapshot-create-as", Domain, name, "--disk-only", "--no-metadata",
        "--diskspec", $"vda,file={Path.Combine(Guest.Directory, name)}");

    internal Task WriteAsync(int mebibyte, int kibibytes) => new QemuIo(Guest).WriteAsync(
        "vda", mebibyte * Units.MiB, kibibytes * Units.KiB, ++_seed, Token);

    /// <summary>Has libvirt offer the disk as it is now, with what changed since a checkpoint.</summary>
    /// <returns>The socket of the NBD server; the export is <c>vda</c>.</returns>
    internal async Task<string> BeginBackupAsync(string checkpoint)
    {
        var socket = Path.Combine(Guest.Directory, "nbd");
        var xml = Path.Combine(Guest.Directory, "backup.xml");
        await File.WriteAllTextAsync(xml, $"""
            <domainbackup mode='pull'><incremental>{checkpoint}</incremental>
              <server transport='unix' socket='{socket}'/><disks>
              <disk name='vda' backup='yes' type='file'><driver type='qcow2'/>
                <scratch file='{Scratch}'/></disk></disks></domainbackup>
            """, Token);
        await Guest.Host.Virsh.RunAsync(Token, "backup-begin", Domain, xml);
        return socket;
    }

    internal async Task EndBackupAsync()
    {
        await Guest.Host.Virsh.RunAsync(Token, "domjobabort", Domain);
        while (File.Exists(Scratch))
            await Guest.Host.Virsh.WaitForEventAsync(Domain, "job-completed", seconds: 1, Token);
    }

    internal async Task<string> CopyAsync(string name) =>
        (await DiskOracle.CaptureAsync(Guest, Path.Combine(Guest.Directory, name), Token))["vda"];

    internal Task ShutOffAsync() => Guest.Host.Virsh.RunAsync(Token, "destroy", Domain);

    /// <summary>A bitmap of the image that the guest writes.</summary>
    internal async Task<BitmapInfo> FindAsync(string name) =>
        (await Service.ListAsync(Domain, Token)).FindDisk("vda")!.Layers[0].Find(name)!;

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await Guest.DisposeAsync();
        if (_ownsHost)
            await Guest.Host.DisposeAsync();
    }

    private static async Task<BitmapScene> StartAsync(LabHost host, bool ownsHost)
    {
        var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(16 * Units.MiB));
        var connection = await LibvirtConnection.OpenAsync(host.ConnectionUri, cancellationToken: Token);
        return new BitmapScene(guest, connection, ownsHost);
    }
}
