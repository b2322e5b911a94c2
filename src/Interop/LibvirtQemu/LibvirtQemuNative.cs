namespace LibvirtBackup.Interop.LibvirtQemu;

/// <summary>The raw imports of libvirt-qemu, generated; libvirt's own error belongs to these calls too.</summary>
internal static unsafe partial class LibvirtQemuNative
{
}
