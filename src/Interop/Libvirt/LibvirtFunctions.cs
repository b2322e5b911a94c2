namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// Every function of libvirt under its own name, generated: handles, strings, spans and typed flags instead of
/// pointers. A failure is thrown as <see cref="LibvirtException"/> with the error copied on the calling thread, and
/// memory that libvirt allocates is copied and freed. The calls block: run them on a <see cref="LibvirtScheduler"/>.
/// </summary>
public static unsafe partial class LibvirtFunctions
{
}
