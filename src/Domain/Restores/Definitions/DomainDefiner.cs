using LibvirtBackup.Backups.Capturing;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.Restores.Definitions;

/// <summary>Defines the restored domain when all its disks are complete.</summary>
internal sealed class DomainDefiner(
    Repository repository, DefinitionPlan plan, IReadOnlyList<DiskDestination> disks, List<string> warnings)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly AttachmentReader _files = new(repository);
    private readonly CheckpointSeed _seed = new(plan.Point, warnings);

    /// <summary>Prepares a complete disk for incremental backups, before anybody can write to it.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="path">Where its image is by now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal Task SeedAsync(DiskDestination disk, string path, CancellationToken cancellationToken) =>
        plan.KeepIdentity ? _seed.AddBitmapAsync(disk, path, cancellationToken) : Task.CompletedTask;

    /// <exception cref="BackupException">Why it is not defined, and what is there nevertheless.</exception>
    internal async Task<RestoredDomain> DefineAsync(CancellationToken cancellationToken)
    {
        var files = await TryWriteFilesAsync(cancellationToken).ConfigureAwait(false);
        var definition = DefinitionEditor.Edit(plan.Stored, plan.Name, plan.KeepIdentity, disks, files, warnings);
        var uuid = definition.Uuid!.Value; // libvirt writes one into every definition, and a new identity has its own
        var made = await WriteTpmStateAsync(uuid, cancellationToken).ConfigureAwait(false);
        try
        {
            // From here on it is libvirt's; not to be given up half-way.
            using var domain = await plan.Connection.DefineDomainAsync(
                definition.ToXml(), cancellationToken: CancellationToken.None).ConfigureAwait(false);
            if (plan.KeepIdentity && plan.Point.Autostart)
                await domain.SetAutostartAsync(true, CancellationToken.None).ConfigureAwait(false);
            var checkpoint = await _seed.RedefineAsync(domain, definition, CancellationToken.None)
                .ConfigureAwait(false);
            return new RestoredDomain(plan.Name, uuid, checkpoint);
        }
        catch (LibvirtException e)
        {
            if (made is not null) Directory.Delete(made, recursive: true);
            var path = Path.Combine(plan.FilesDirectory, "domain.xml");
            DurableFile.Write(path, System.Text.Encoding.UTF8.GetBytes(definition.ToXml()));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            throw new BackupException(
                FailureKind.Failed,
                $"the disks are restored, but libvirt does not define domain '{plan.Name}': {e.Message}; correct "
                + $"'{path}' and run 'virsh define {path}'",
                e);
        }
    }

    private async Task<IReadOnlyDictionary<AttachmentRole, string>> TryWriteFilesAsync(
        CancellationToken cancellationToken)
    {
        try
        {
            return await WriteFilesAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BackupException)
        {
            throw new BackupException(
                (e as BackupException)?.Kind ?? FailureKind.Failed,
                $"the disks are restored, but domain '{plan.Name}' is not defined, because a file that it needs cannot "
                + $"be put back: {e.Message}",
                e);
        }
    }

    /// <summary>
    /// Writes the files that are not where they were, and the variable store always: a domain writes to it.
    /// </summary>
    private async Task<IReadOnlyDictionary<AttachmentRole, string>> WriteFilesAsync(CancellationToken cancellationToken)
    {
        var files = new Dictionary<AttachmentRole, string>();
        foreach (var file in plan.Point.Attachments.Where(file => file.Role != AttachmentRole.TpmState))
        {
            if (file.Role != AttachmentRole.Nvram
                && await _files.IsInPlaceAsync(file, cancellationToken).ConfigureAwait(false))
                continue;
            var path = plan.PathOf(file.Role);
            DurableFile.CreateDirectory(plan.FilesDirectory);
            await _files.WriteAsync(file, path, cancellationToken).ConfigureAwait(false);
            files[file.Role] = path;
        }

        return files;
    }

    /// <summary>Puts TPM state where libvirt will look for it; libvirt gives it to swtpm's user at a start.</summary>
    /// <returns>The directory that was made, or null.</returns>
    private async Task<string?> WriteTpmStateAsync(Guid uuid, CancellationToken cancellationToken)
    {
        var files = plan.Point.Attachments.Where(file => file.Role == AttachmentRole.TpmState).ToList();
        if (files.Count == 0) return null;
        var tpm = plan.Stored.Tpms.FirstOrDefault(tpm => tpm.Backend == "emulator");
        if (tpm is null or { Path: not null } || plan.TpmRoots.FirstOrDefault(Directory.Exists) is not { } root)
        {
            warnings.Add("the TPM's state is not put back: libvirt keeps it in a place of its own; the domain gets a "
                + "new TPM");
            return null;
        }

        var directory = Path.Combine(root, uuid.ToString());
        var isNew = !Directory.Exists(directory);
        try
        {
            Directory.CreateDirectory(directory, Passable);
            var inner = Path.Combine(directory, TpmState.FolderOf(tpm));
            Directory.CreateDirectory(inner, OwnerOnly);
            foreach (var file in files)
                await _files.WriteAsync(file, Path.Combine(inner, Path.GetFileName(file.Path)), cancellationToken)
                    .ConfigureAwait(false);
            return isNew ? directory : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warnings.Add($"the TPM's state is not put back: {e.Message}; the domain gets a new TPM");
            if (isNew && Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
            return null;
        }
    }
}
