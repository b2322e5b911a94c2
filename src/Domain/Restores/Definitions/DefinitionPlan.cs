using LibvirtBackup.Backups.Capturing;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Restores.Definitions;

/// <summary>The domain to be defined; made and checked before any disk is touched.</summary>
internal sealed record DefinitionPlan
{
    internal required LibvirtConnection Connection { get; init; }

    internal required RestorePoint Point { get; init; }

    internal required string Name { get; init; }

    internal required bool KeepIdentity { get; init; }

    internal required DomainXml Stored { get; init; }

    /// <summary>Where files beside the disks go.</summary>
    internal required string FilesDirectory { get; init; }

    /// <summary>Where this connection's libvirt keeps TPM state.</summary>
    internal required IReadOnlyList<string> TpmRoots { get; init; }

    /// <exception cref="BackupException">Why the domain cannot be defined, and the exact next step.</exception>
    internal static async Task<DefinitionPlan?> MakeAsync(
        LibvirtConnection? connection,
        RestorePoint point,
        RestoreRequest request,
        IReadOnlyList<DiskDestination> disks,
        CancellationToken cancellationToken)
    {
        if (!request.Define)
            return request is { Name: null, KeepIdentity: false }
                ? null
                : throw new BackupException(
                    FailureKind.Usage, "a name and --keep-identity are for a domain that is defined; add --define");
        if (connection is null)
            throw new BackupException(FailureKind.Usage, "to define a domain takes a connection to its host");
        if (disks.Count < point.Disks.Count)
            throw new BackupException(
                FailureKind.Usage,
                $"point '{point.Id}' has {point.Disks.Count} disks; a domain is defined only with all of them, leave "
                + "out --disk");
        var uri = await connection.GetUriAsync(cancellationToken).ConfigureAwait(false);
        if (RemoteHost.Of(uri) is not null)
            throw new BackupException(
                FailureKind.NotSupported,
                $"'{uri}' is another host, and the disks are written to this one; run the restore there");
        var name = request.Name ?? point.Domain;
        if (name.Length == 0 || name.AsSpan().IndexOfAny("/\n") >= 0)
            throw new BackupException(FailureKind.Usage, $"'{name}' is no name of a domain; give another with --name");
        var plan = new DefinitionPlan
        {
            Connection = connection,
            Point = point,
            Name = name,
            KeepIdentity = request.KeepIdentity,
            Stored = DomainXml.Parse(point.DomainXml),
            FilesDirectory = DirectoryOf(request, disks),
            TpmRoots = TpmState.RootsOf(uri),
        };
        await plan.RefuseExistingAsync(cancellationToken).ConfigureAwait(false);
        plan.RefuseExistingFiles(request, disks);
        return plan;
    }

    /// <summary>Where a file beside the disks goes; TPM state has a place of its own.</summary>
    internal string PathOf(AttachmentRole role) => Path.Combine(FilesDirectory, role switch
    {
        AttachmentRole.Loader => "loader.fd",
        AttachmentRole.Nvram => "nvram.fd",
        AttachmentRole.Kernel => "kernel",
        AttachmentRole.Initrd => "initrd",
        AttachmentRole.TpmState => throw new ArgumentException("TPM state goes to libvirt's own place", nameof(role)),
        _ => throw new ArgumentException($"unknown role {role}", nameof(role)),
    });

    /// <summary>Where the disks go; a device's folder is no place for files.</summary>
    private static string DirectoryOf(RestoreRequest request, IReadOnlyList<DiskDestination> disks) =>
        request.Directory is { } named
            ? Path.GetFullPath(named)
            : Path.GetDirectoryName(disks.FirstOrDefault(disk => !disk.IsDevice)?.Path)
                ?? throw new BackupException(
                    FailureKind.Usage, "a domain that is defined needs a directory for its files; give --to DIR");

    private async Task RefuseExistingAsync(CancellationToken cancellationToken)
    {
        foreach (var domain in await Connection.ListDomainsAsync(cancellationToken: cancellationToken)
            .ConfigureAwait(false))
        {
            using (domain)
            {
                var isSame = KeepIdentity && domain.Uuid == Point.DomainUuid;
                if (domain.Name != Name && !isSame) continue;
                throw new BackupException(
                    FailureKind.Failed,
                    KeepIdentity
                        ? $"domain '{domain.Name}' ({domain.Uuid}) exists, and two cannot have one identity; to "
                            + $"replace it, shut it off and run 'virsh undefine {domain.Name} --keep-nvram "
                            + "--checkpoints-metadata --snapshots-metadata --managed-save' (its disks stay), then "
                            + "restore again"
                        : $"domain '{Name}' exists; give the restored one another name with --name");
            }
        }
    }

    private void RefuseExistingFiles(RestoreRequest request, IReadOnlyList<DiskDestination> disks)
    {
        // Beside disks that an interrupted restore of this point has left, the files are its own too.
        if (request.Overwrite || disks.Any(disk => disk.IsUnfinished)) return;
        var existing = Point.Attachments.Where(file => file.Role != AttachmentRole.TpmState)
            .Select(file => PathOf(file.Role)).FirstOrDefault(File.Exists);
        if (existing is not null)
            throw new BackupException(
                FailureKind.Failed,
                $"'{existing}' exists; give another directory (--to), remove it, or write over it by "
                    + "'restore --overwrite'");
    }
}
