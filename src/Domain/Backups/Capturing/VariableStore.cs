using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups.Capturing;

/// <summary>
/// Where a domain's UEFI variables are. Older libvirts (9.0 does, 11.3 does not) name the store of firmware that they
/// choose by themselves only in the XML of a running domain; for one that is shut off it is <c>ROOT/NAME_VARS.fd</c>.
/// </summary>
internal static class VariableStore
{
    /// <summary>Where a connection's libvirt keeps stores.</summary>
    internal static string RootOf(string connectionUri) => LibvirtPlaces.DirectoriesOf(
        connectionUri, "/var/lib/libvirt/qemu/nvram", "lib/qemu/nvram", ["qemu/nvram"])[0];

    /// <summary>The file; null when the domain has none.</summary>
    internal static string? PathOf(DomainXml live, string root) =>
        live is { Nvram: null, Firmware: "efi", Id: null }
            ? Path.Combine(root, $"{live.Name}_VARS.fd")
            : live.Nvram?.FilePath;
}
