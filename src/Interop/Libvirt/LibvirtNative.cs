namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// The raw imports, generated. Call these only where no checked wrapper fits, and copy the error before anything
/// else: see <see cref="LibvirtException.Last"/>.
/// </summary>
internal static unsafe partial class LibvirtNative
{
}
