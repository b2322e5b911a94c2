namespace LibvirtBackup.Interop.LibvirtQemu;

/// <summary>
/// Every function of libvirt-qemu under its own name, generated; the same rules as for
/// <see cref="LibvirtBackup.Interop.Libvirt.LibvirtFunctions"/>.
/// </summary>
public static unsafe partial class LibvirtQemuFunctions
{
}
