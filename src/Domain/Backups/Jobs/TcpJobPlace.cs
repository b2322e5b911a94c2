using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// A TCP port of another host, with TLS unless asked otherwise. Nobody can make a directory there: scratch images are
/// beside the disks' own, or where the user says; libvirt makes and removes them.
/// </summary>
internal sealed class TcpJobPlace : IJobPlace
{
    private readonly RemoteHost _remote;
    private readonly DataChannel _channel;
    private readonly string? _scratch;
    private string _listen;
    private int _port;

    /// <param name="remote">The host.</param>
    /// <param name="scratch">A directory there, or null.</param>
    /// <param name="channel">How the data comes.</param>
    internal TcpJobPlace(RemoteHost remote, string? scratch, DataChannel channel)
    {
        if (scratch is not null and not ['/', ..])
            throw new BackupException(
                FailureKind.Usage, $"'{scratch}' is no scratch directory on '{remote.Host}': give an absolute path");
        (_remote, _scratch, _channel) = (remote, scratch, channel);
        (_listen, _port) = (channel.ListenAddress ?? "", channel.FirstPort);
        Name = $"lvb-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Host => _remote.Uri;

    /// <inheritdoc/>
    public DomainBackupServer Server => new TcpBackupServer
    {
        Host = _listen,
        Port = _port,
        Tls = _channel.IsUnencrypted ? null : true,
    };

    /// <inheritdoc/>
    public string Warning =>
        (_channel.IsUnencrypted ? "the disks are read over TCP without encryption, by anyone who asks; " : "")
        + $"how much space is left for scratch images cannot be seen on '{_remote.Host}' over this connection (over "
        + "ssh it can): a guest whose writes fill it up would fail";

    /// <summary>The name of a job by its definition; null when it is none of ours.</summary>
    internal static string? FindName(DomainBackupXml job)
    {
        var scratch = job.Disks.Select(disk => disk.Scratch?.Path).FirstOrDefault(path => path is not null);
        var file = Path.GetFileName(scratch);
        return file is not null && file.StartsWith("lvb-", StringComparison.Ordinal) ? file.Split('.')[0] : null;
    }

    /// <inheritdoc/>
    public async Task PrepareAsync(QemuOwner? owner, CancellationToken cancellationToken)
    {
        if (_listen.Length > 0) return;
        try
        {
            // By its name it may call itself 127.0.1.1, as Debian has it; the address that it has here serves us.
            var addresses = await Dns.GetHostAddressesAsync(_remote.Host, cancellationToken).ConfigureAwait(false);
            _listen = addresses[0].ToString();
        }
        catch (SocketException e)
        {
            throw new BackupException(
                FailureKind.Failed, $"the address of '{_remote.Host}' cannot be found: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public string ScratchOf(SelectedDisk disk)
    {
        var directory = _scratch ?? (disk.Disk.Source is FileDiskSource file ? Path.GetDirectoryName(file.Path) : null)
            ?? throw new BackupException(
                FailureKind.Usage,
                $"disk '{disk.Name}' is no file, so there is no place beside it for its scratch image; give a "
                + $"directory of '{_remote.Host}' with --scratch");
        return $"{directory}/{Name}.{disk.Name}.scratch";
    }

    /// <summary>
    /// No other job offers that name: a connection that ends up at another server finds nothing there, where it would
    /// read another domain's disk by the disk's name alone.
    /// </summary>
    public string ExportNameOf(string disk) => $"{Name}.{disk}";

    /// <inheritdoc/>
    public (long Free, long Total)? Measure() => null;

    /// <inheritdoc/>
    public DiskExport ExportOf(string disk, string? bitmap) =>
        new(new NbdEndpoint.Tcp(_remote.Host, _port, ExportNameOf(disk)), bitmap)
        {
            Tls = _channel.IsUnencrypted ? NbdTlsMode.Off : NbdTlsMode.Require,
            TlsCertificatesDirectory = _channel.CertificatesDirectory,
        };

    /// <inheritdoc/>
    public bool TryMove(LibvirtException refusal)
    {
        // QEMU's text, which is in no other language.
        if (_port >= _channel.LastPort
            || !refusal.Message.Contains("Address already in use", StringComparison.Ordinal))
            return false;
        _port++;
        return true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
