using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Restores.Definitions;

/// <summary>Turns a point's definition into that of the restored domain. Pure.</summary>
internal static class DefinitionEditor
{
    /// <param name="stored">The point's definition.</param>
    /// <param name="name">The domain's name.</param>
    /// <param name="keepIdentity">True for the old UUID, network addresses and sockets.</param>
    /// <param name="disks">Where the disks are.</param>
    /// <param name="files">Where files beside the disks are now, those that are not where they were.</param>
    /// <param name="warnings">Receives what could not be kept.</param>
    internal static DomainXml Edit(
        DomainXml stored,
        string name,
        bool keepIdentity,
        IReadOnlyList<DiskDestination> disks,
        IReadOnlyDictionary<AttachmentRole, string> files,
        List<string> warnings)
    {
        var domain = stored.WithName(name);
        if (!keepIdentity) domain = domain.WithNewUuid().WithNewMacs().WithoutChannelPaths();
        foreach (var disk in disks) domain = WithDisk(domain, disk, warnings);
        foreach (var disk in stored.Disks.Where(IsForeign)) domain = WithForeignDisk(domain, disk);
        domain = domain.WithBootFiles(
            files.GetValueOrDefault(AttachmentRole.Loader),
            files.GetValueOrDefault(AttachmentRole.Kernel),
            files.GetValueOrDefault(AttachmentRole.Initrd));
        return WithNvram(domain);

        bool IsForeign(DomainDisk disk) => !disk.IsEmpty && !disk.IsReadOnly && !disk.IsShareable
            && disk.Device == DiskDevice.Disk && disks.All(restored => restored.Disk.Name != disk.Target.Value);

        DomainXml WithForeignDisk(DomainXml edited, DomainDisk disk)
        {
            if (keepIdentity)
            {
                warnings.Add($"disk '{disk.Target}' is not in the restore point: the domain uses it as it is now");
                return edited;
            }

            warnings.Add(
                $"disk '{disk.Target}' is not in the restore point: the new domain has none, since it would be the old "
                + "domain's");
            return edited.WithoutDisk(disk.Target);
        }

        DomainXml WithNvram(DomainXml edited)
        {
            if (!files.TryGetValue(AttachmentRole.Nvram, out var path)) return edited;
            // Older libvirts keep the store's path of firmware that they choose out of the definition.
            if (edited.Nvram is not null || edited.Firmware == "efi") return edited.WithNvram(path);
            warnings.Add($"the definition names no variable store; the stored one is '{path}'");
            return edited;
        }
    }

    private static DomainXml WithDisk(DomainXml domain, DiskDestination disk, List<string> warnings)
    {
        if (domain.Disks.All(known => known.Target.Value != disk.Disk.Name))
        {
            warnings.Add(
                $"disk '{disk.Disk.Name}' had been plugged into the running domain and is not in its definition; it is "
                + $"in '{disk.Path}'");
            return domain;
        }

        DiskSource source = disk.IsDevice
            ? new BlockDiskSource { Path = disk.Path }
            : new FileDiskSource { Path = disk.Path };
        var format = disk.Format == DiskFormat.Qcow2 ? ImageFormat.Qcow2 : ImageFormat.Raw;
        return domain.WithDiskSource(DiskName.Parse(disk.Disk.Name), source, format);
    }
}
