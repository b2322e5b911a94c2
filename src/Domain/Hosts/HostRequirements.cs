using System.Xml.Linq;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Hosts;

/// <summary>Whether a host can do incremental backups at all; asked before anything is started.</summary>
internal static class HostRequirements
{
    /// <summary>The first with incremental backup on by default.</summary>
    private static readonly Version s_libvirt = new(7, 6, 0);

    /// <summary>
    /// The first with what libvirt needs for it: <c>blockdev-reopen</c> and <c>block-bitmap-mapping</c>.
    /// </summary>
    private static readonly Version s_qemu = new(6, 1, 0);

    /// <exception cref="BackupException">NotSupported: which version is missing, or what libvirt says.</exception>
    internal static async Task<HostVersions> CheckAsync(LibvirtConnection connection,
        CancellationToken cancellationToken)
    {
        var uri = await connection.GetUriAsync(cancellationToken).ConfigureAwait(false);
        if (!uri.StartsWith("qemu", StringComparison.Ordinal))
            throw new BackupException(
                FailureKind.NotSupported, $"'{uri}' is not libvirt's QEMU driver, the only one with backups; connect "
                    + "to qemu:///system");
        var libvirt = await connection.GetLibvirtVersionAsync(cancellationToken).ConfigureAwait(false);
        if (libvirt < s_libvirt) throw TooOld("libvirt", libvirt, s_libvirt);
        var qemu = await connection.GetHypervisorVersionAsync(cancellationToken).ConfigureAwait(false);
        if (qemu is null)
            throw new BackupException(FailureKind.NotSupported, "libvirt finds no QEMU on this host; install "
                + "qemu-system");
        if (qemu < s_qemu) throw TooOld("QEMU", qemu, s_qemu);
        var capabilities = await connection.GetDomainCapabilitiesXmlAsync(cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var backup = XDocument.Parse(capabilities).Root?.Element("features")?.Element("backup");
        if ((string?)backup?.Attribute("supported") == "no")
            throw new BackupException(
                FailureKind.NotSupported,
                $"libvirt {libvirt} with QEMU {qemu} says that it cannot do backups ('virsh domcapabilities', "
                + "<backup>); upgrade the host");
        return new HostVersions(libvirt, qemu);
    }

    private static BackupException TooOld(string what, Version found, Version needed) => new(
        FailureKind.NotSupported,
        $"{what} {found} on this host is too old: incremental backup needs {what} {needed} or newer; upgrade the host");
}
