using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Restores;

/// <summary>
/// Memory of guests that libvirt has saved ('virsh managedsave'). It holds what the guest believes to be on its disks:
/// over other disks it would destroy their file systems at the next start.
/// </summary>
internal static class SavedMemory
{
    /// <exception cref="BackupException">A disk that would be written belongs to a domain that is saved.</exception>
    internal static async Task RefuseAsync(
        LibvirtConnection connection, IReadOnlyList<DiskDestination> disks, CancellationToken cancellationToken)
    {
        var uri = await connection.GetUriAsync(cancellationToken).ConfigureAwait(false);
        if (RemoteHost.Of(uri) is not null) return; // paths of another host
        var saved = await connection.ListDomainsAsync(VirConnectListAllDomainsFlags.Managedsave, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            foreach (var domain in saved)
            {
                var xml = await domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
                var files = FilesOf(DomainXml.Parse(xml));
                var disk = disks.FirstOrDefault(disk => files.Any(file => IsSame(disk.Path, file)));
                if (disk is null) continue;
                throw new BackupException(
                    FailureKind.Failed,
                    $"cannot write over '{disk.Path}': domain '{domain.Name}' is saved, and its memory fits only the "
                    + "disk as it is, so the guest would destroy what is restored; drop the memory ('virsh "
                    + $"managedsave-remove {domain.Name}'), or restore to another place");
            }
        }
        finally
        {
            foreach (var domain in saved) domain.Dispose();
        }
    }

    private static List<string> FilesOf(DomainXml definition) =>
    [
        .. definition.Disks.Select(disk => disk.LocalPath).OfType<string>(),
        .. definition.Disks.SelectMany(disk => disk.BackingChain.Select(layer => layer.Source))
            .OfType<FileDiskSource>().Select(file => file.Path),
    ];

    private static bool IsSame(string path, string file)
    {
        if (path == file) return true;
        try
        {
            return PosixFile.GetIdentity(path) is { } one && PosixFile.GetIdentity(file) is { } other && one == other;
        }
        catch (PosixException)
        {
            return false; // one of them is not there
        }
    }
}
