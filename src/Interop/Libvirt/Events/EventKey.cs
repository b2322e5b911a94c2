using LibvirtBackup.Interop.LibvirtQemu;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>What a registration asks libvirt for; equal keys share one registration.</summary>
/// <param name="Event">The event, or null for one of QEMU's monitor.</param>
/// <param name="Domain">The domain, or null for all.</param>
/// <param name="Pattern">The monitor event's name or pattern.</param>
/// <param name="Flags">How the pattern is meant.</param>
internal sealed record EventKey(
    VirDomainEventID? Event,
    Guid? Domain,
    string? Pattern = null,
    VirConnectDomainQemuMonitorEventRegisterFlags Flags = VirConnectDomainQemuMonitorEventRegisterFlags.None);
