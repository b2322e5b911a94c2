using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.InstantRecovery;

/// <summary>The parts of a definition by which a domain runs from the repository. Pure.</summary>
internal static class InstantDefinition
{
    /// <summary>
    /// How long newer libvirts let requests wait for a server that has gone, before QEMU pauses the guest. QEMU's
    /// monitor waits with them, so it is short.
    /// </summary>
    internal const int ReconnectDelaySeconds = 10;

    /// <summary>
    /// Puts the server below each image. When it is gone, QEMU pauses the guest with its requests, which are done again
    /// when it goes on: nothing fails and nothing is lost.
    /// </summary>
    internal static DomainXml Attach(DomainXml definition, IReadOnlyList<InstantDisk> disks, string socket)
    {
        foreach (var disk in disks)
        {
            var backing = new NetworkDiskSource
            {
                Protocol = "nbd",
                Name = disk.Target,
                ReconnectDelaySeconds = ReconnectDelaySeconds,
                Hosts = [new NetworkDiskHost { Transport = "unix", Socket = socket }],
            };
            var target = DiskName.Parse(disk.Target);
            definition = definition.WithBackingStore(target, backing, ImageFormat.Raw)
                .WithErrorPolicies(target, "stop", "stop");
        }

        return definition;
    }

    /// <summary>Makes it an ordinary definition again, when the images need nothing below them.</summary>
    internal static DomainXml Detach(DomainXml definition, InstantDomain domain)
    {
        foreach (var disk in domain.Disks)
        {
            var target = DiskName.Parse(disk.Target);
            if (definition.Disks.All(known => known.Target != target)) continue;
            definition = definition.WithErrorPolicies(target, disk.ErrorPolicy, disk.ReadErrorPolicy);
        }

        return definition.Disks.Any(disk => IsBelow(disk, domain.Socket))
            ? definition.WithoutBackingStore()
            : definition;
    }

    /// <summary>Whether a disk needs the server.</summary>
    internal static bool IsBelow(DomainDisk disk, string socket) => disk.BackingChain.Any(layer =>
        layer.Source is NetworkDiskSource network && network.Hosts.Any(host => host.Socket == socket));

    /// <summary>
    /// Whether it is still the domain that was made, and not one that took its UUID since: it has an image of it.
    /// </summary>
    internal static bool IsOf(DomainXml definition, InstantDomain domain) => definition.Disks.Any(disk =>
        IsBelow(disk, domain.Socket)
        || domain.Disks.Any(own => own.Image == disk.LocalPath
            || disk.BackingChain.Any(layer => (layer.Source as FileDiskSource)?.Path == own.Image)));
}
