namespace LibvirtBackup.Repositories;

/// <summary>Where a point was made.</summary>
/// <param name="Name">The host's name, as libvirt has it.</param>
/// <param name="Libvirt">The daemon's version.</param>
/// <param name="Qemu">The hypervisor's version.</param>
public sealed record PointHost(string Name, string Libvirt, string Qemu);
