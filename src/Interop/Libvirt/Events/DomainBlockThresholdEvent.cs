namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A guest wrote beyond the threshold that was set on a storage volume (event 24, since 3.2.0).</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Device">The device, such as <c>vda</c> or <c>vda[3]</c> for a layer or a scratch file.</param>
/// <param name="Path">The file or device; null when libvirt does not know it.</param>
/// <param name="Threshold">The threshold in bytes. It is disarmed now.</param>
/// <param name="Excess">How many bytes beyond the threshold were written.</param>
public sealed record DomainBlockThresholdEvent(
    DomainIdentity Domain,
    string Device,
    string? Path,
    ulong Threshold,
    ulong Excess) : DomainEvent(Domain);
