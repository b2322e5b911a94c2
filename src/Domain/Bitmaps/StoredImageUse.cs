using LibvirtBackup.Hosts;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Bitmaps;

/// <summary>
/// Says no where somebody else has, or may have, an image of a domain that is shut off. QEMU's own locks are the last
/// word, when qemu-img opens the image; this finds what they cannot show, and says whose it is.
/// </summary>
/// <param name="domain">The domain.</param>
internal sealed class StoredImageUse(LibvirtDomain domain)
{
    private Dictionary<FileIdentity, string>? _others;

    /// <exception cref="BackupException">The image is not this domain's alone, or that cannot be known.</exception>
    internal async Task RefuseAsync(string image, string failed, CancellationToken cancellationToken)
    {
        try
        {
            if (PosixFile.GetIdentity(image) is not { } file)
                throw new BackupException(
                    FailureKind.NotSupported,
                    $"{failed}: image '{image}' is no file, and whether another host has it open cannot be seen; it is "
                    + "dealt with when the domain runs");
            if (QemuLocks.IsOpen(image) is not { } isOpen)
                throw new BackupException(
                    FailureKind.NotSupported,
                    $"{failed}: image '{image}' is on a file system without locks, so whether somebody has it open "
                    + "cannot be seen; it is dealt with when the domain runs");
            if (isOpen)
                throw new BackupException(
                    FailureKind.Busy,
                    $"{failed}: image '{image}' is open in another program, although the domain is shut off; try again "
                    + "when it is closed");
            _others ??= await ListOthersAsync(cancellationToken).ConfigureAwait(false);
            if (_others.TryGetValue(file, out var other))
                throw new BackupException(
                    FailureKind.Failed,
                    $"{failed}: image '{image}' is used by domain '{other}' too, which may need it; take the disk out "
                    + "of one of the domains, or start this one");
        }
        catch (PosixException e)
        {
            throw new BackupException(FailureKind.Failed, $"{failed}: {e.Message}", e);
        }
    }

    /// <summary>The files that the other domains of this libvirt consist of, with all that is behind them.</summary>
    private async Task<Dictionary<FileIdentity, string>> ListOthersAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<FileIdentity, string>();
        var all = await domain.Connection.ListDomainsAsync(cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        try
        {
            foreach (var other in all.Where(other => other.Uuid != domain.Uuid))
                foreach (var path in await ListFilesAsync(other, cancellationToken).ConfigureAwait(false))
                    if (Identify(path) is { } file)
                        found.TryAdd(file, other.Name);
        }
        finally
        {
            foreach (var other in all) other.Dispose();
        }

        return found;
    }

    private static async Task<List<string>> ListFilesAsync(LibvirtDomain other, CancellationToken cancellationToken)
    {
        DomainXml definition;
        try
        {
            definition = await RemoteHost.ReadDefinitionAsync(other, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.NoDomain)
        {
            return [];
        }

        var files = new List<string>();
        foreach (var disk in definition.Disks)
        {
            if (disk.LocalPath is not { } path) continue;
            files.Add(path);
            files.AddRange(
                disk.BackingChain.Select(layer => layer.Source).OfType<FileDiskSource>().Select(file => file.Path));
            if (definition.Id is null)
                files.AddRange(await ListChainAsync(path, disk.DriverType?.Value, cancellationToken)
                    .ConfigureAwait(false));
        }

        return files;
    }

    /// <summary>The definition of a domain that is shut off need not tell what is behind its images.</summary>
    private static async Task<IEnumerable<string>> ListChainAsync(
        string path, string? format, CancellationToken cancellationToken)
    {
        if (format is null or "raw" || !File.Exists(path)) return [];
        var files = new List<string>();
        try
        {
            await foreach (var image in ImageChain.WalkAsync(path, format, cancellationToken).ConfigureAwait(false))
            {
                files.Add(image.FileName);
                if (image.Backing is { } backing) files.Add(backing.Path); // also when that cannot be opened
            }
        }
        catch (BackupException e) when (e.Kind == FailureKind.Failed)
        {
            // What lies behind a fault cannot be found.
        }

        return files;
    }

    private static FileIdentity? Identify(string path)
    {
        try
        {
            return PosixFile.GetIdentity(path);
        }
        catch (PosixException)
        {
            return null; // no file of this host: not the image in question
        }
    }
}
