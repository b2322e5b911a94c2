namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A file system that is mounted in the guest (<c>virDomainFSInfo</c>), as the guest agent tells.</summary>
/// <param name="MountPoint">Where it is mounted.</param>
/// <param name="Name">The guest's device, such as <c>vda1</c>.</param>
/// <param name="Type">The type, such as <c>ext4</c>.</param>
/// <param name="Disks">The targets of the disks it lies on, such as <c>vda</c>.</param>
public sealed record GuestFileSystem(string MountPoint, string Name, string Type, IReadOnlyList<string> Disks)
{
    internal static GuestFileSystem From(VirDomainFSInfo info) => new(
        info.Mountpoint ?? string.Empty, info.Name ?? string.Empty, info.Fstype ?? string.Empty, info.DevAlias);
}
