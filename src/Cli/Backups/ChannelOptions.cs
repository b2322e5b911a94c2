using System.CommandLine;
using LibvirtBackup.Backups;

namespace LibvirtBackup.Cli.Backups;

/// <summary>How the data of a domain comes over qemu+tls and qemu+tcp.</summary>
internal sealed class ChannelOptions
{
    private readonly Option<string?> _certificates = new("--nbd-tls-dir")
    {
        Description = "over qemu+tls and qemu+tcp: ca-cert.pem, client-cert.pem and client-key.pem for the data "
            + "(default: libnbd's places, such as /etc/pki/libnbd)",
        HelpName = "dir",
    };

    private readonly Option<string?> _ports = new("--nbd-ports")
    {
        Description = "over qemu+tls and qemu+tcp: where QEMU may listen for the data (default: 10809-10872)",
        HelpName = "first-last",
    };

    private readonly Option<string?> _listen = new("--nbd-listen")
    {
        Description = "over qemu+tls and qemu+tcp: the host's address where QEMU listens (default: that of its name)",
        HelpName = "address",
    };

    private readonly Option<bool> _unencrypted = new("--nbd-unencrypted")
    {
        Description = "over qemu+tls and qemu+tcp: read the disks without encryption; anyone on the network can too",
        Arity = ArgumentArity.Zero,
    };

    /// <summary>The options.</summary>
    internal IReadOnlyList<Option> All => [_certificates, _ports, _listen, _unencrypted];

    /// <exception cref="BackupException">Usage: no range of ports.</exception>
    internal DataChannel Read(ParseResult line)
    {
        var channel = new DataChannel
        {
            CertificatesDirectory = line.GetValue(_certificates) is { } directory ? Path.GetFullPath(directory) : null,
            ListenAddress = line.GetValue(_listen),
            IsUnencrypted = line.GetValue(_unencrypted),
        };
        if (line.GetValue(_ports) is not { } ports) return channel;
        return PortRangeText.TryParse(ports, out var first, out var last)
            ? channel with { FirstPort = first, LastPort = last }
            : throw new BackupException(
                FailureKind.Usage, $"{_ports.Name}: it cannot be '{ports}'; give {PortRangeText.Expected}");
    }
}
