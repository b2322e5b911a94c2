using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Capturing;

/// <summary>Which files a domain needs besides its disks.</summary>
internal static class AttachmentFinder
{
    /// <summary>What the domain has of such files, in words; nothing is looked for.</summary>
    internal static IReadOnlyList<string> Name(DomainXml live) =>
    [
        .. new[]
        {
            live.Loader?.Path is not null ? "firmware" : null,
            live.Nvram is not null || live.Firmware == "efi" ? "firmware variables" : null,
            live.Kernel is not null ? "kernel" : null,
            live.Initrd is not null ? "initrd" : null,
            live.Tpms.Any(tpm => tpm.Backend == "emulator") ? "TPM state" : null,
        }.OfType<string>(),
    ];

    /// <param name="live">The domain as it runs, where libvirt has filled in the paths that it chose.</param>
    /// <param name="uuid">The domain's UUID.</param>
    /// <param name="connectionUri">Whose libvirt it is: each has directories of its own.</param>
    internal static IReadOnlyList<FoundFile> Find(DomainXml live, Guid uuid, string connectionUri) =>
        Find(live, uuid, TpmState.RootsOf(connectionUri), VariableStore.RootOf(connectionUri));

    /// <param name="live">The domain as it runs, where libvirt has filled in the paths that it chose.</param>
    /// <param name="uuid">The domain's UUID.</param>
    /// <param name="tpmRoots">Where libvirt may keep TPM state.</param>
    /// <param name="storeRoot">Where libvirt keeps variable stores.</param>
    internal static IReadOnlyList<FoundFile> Find(
        DomainXml live, Guid uuid, IReadOnlyList<string> tpmRoots, string storeRoot)
    {
        var files = new List<FoundFile>();
        Add(AttachmentRole.Loader, live.Loader?.Path);
        Add(AttachmentRole.Nvram, VariableStore.PathOf(live, storeRoot));
        Add(AttachmentRole.Kernel, live.Kernel);
        Add(AttachmentRole.Initrd, live.Initrd);
        foreach (var tpm in live.Tpms.Where(tpm => tpm.Backend == "emulator"))
            files.AddRange(TpmState.FilesOf(tpm, uuid, tpmRoots)
                .Select(path => new FoundFile(AttachmentRole.TpmState, path)));
        return files;

        void Add(AttachmentRole role, string? path)
        {
            if (path is { Length: > 0 } && path[0] == '/') files.Add(new FoundFile(role, path));
        }
    }
}
