using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Interop.LibvirtQemu;

/// <summary>An event of QEMU's monitor, passed on by libvirt-qemu (since 1.2.3).</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Name">QEMU's name of the event, such as <c>JOB_STATUS_CHANGE</c>.</param>
/// <param name="Time">When QEMU raised it.</param>
/// <param name="Details">The event's data as JSON; null when it has none.</param>
public sealed record QemuMonitorEvent(DomainIdentity Domain, string Name, DateTimeOffset Time, string? Details)
    : DomainEvent(Domain);
