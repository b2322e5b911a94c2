namespace LibvirtBackup.Hosts;

/// <summary>The versions of a host's daemon and hypervisor.</summary>
internal sealed record HostVersions(Version Libvirt, Version Qemu);
