using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores.Definitions;
using LibvirtBackup.State;

namespace LibvirtBackup.InstantRecovery;

/// <summary>Makes the local part of a domain: its directory, its images, its files.</summary>
internal static class InstantBuilder
{
    /// <summary>QEMU's user has to pass through it, and to read nothing but what it is given.</summary>
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the directory, if it has to be made.</summary>
    internal static void MakeDirectory(InstantDomain domain)
    {
        if (!domain.MadeDirectory) return;
        DurableFile.CreateDirectory(domain.Directory);
        File.SetUnixFileMode(domain.Directory, Passable);
    }

    /// <summary>Makes the images and the files that are noted for it.</summary>
    /// <returns>What has to be undone when the domain is not defined.</returns>
    internal static async Task<TpmStateWriter> MakeFilesAsync(
        InstantPlan plan, Repository repository, List<string> warnings, CancellationToken cancellationToken)
    {
        var domain = plan.Domain;
        foreach (var disk in domain.Disks)
        {
            await QemuImage.CreateOverlayAsync(
                disk.Image, disk.SizeBytes, BackingOf(domain, disk), "raw", cancellationToken).ConfigureAwait(false);
            File.SetUnixFileMode(disk.Image, OwnerOnly);
            using var image = File.OpenHandle(disk.Image, access: FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(image);
        }

        PosixFile.FlushDirectory(domain.Directory);
        await new DefinitionFiles(repository, plan.Base).WriteAsync(plan.Files, cancellationToken)
            .ConfigureAwait(false);
        var tpm = new TpmStateWriter(plan.Base, new AttachmentReader(repository), warnings);
        await tpm.WriteAsync(domain.Uuid, cancellationToken).ConfigureAwait(false);
        return tpm;
    }

    /// <summary>
    /// What the image says lies below it, for programs that read it without the domain's definition: they fail without
    /// the server, and do not take what the guest did not write for zeroes.
    /// </summary>
    private static string BackingOf(InstantDomain domain, InstantDisk disk) =>
        $"nbd+unix:///{Uri.EscapeDataString(disk.Target)}?socket={Uri.EscapeDataString(domain.Socket)}";
}
