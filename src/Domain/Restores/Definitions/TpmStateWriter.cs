using LibvirtBackup.Backups.Capturing;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Restores.Definitions;

/// <summary>Puts TPM state where libvirt will look for it; libvirt gives it to swtpm's user at a start.</summary>
internal sealed class TpmStateWriter(DefinitionPlan plan, AttachmentReader files, List<string> warnings)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private string? _made;

    /// <summary>A place that cannot be written to is a warning: the domain gets a new TPM.</summary>
    /// <exception cref="BackupException">Integrity: the state is damaged.</exception>
    internal async Task WriteAsync(Guid uuid, CancellationToken cancellationToken)
    {
        var state = plan.Point.Attachments.Where(file => file.Role == AttachmentRole.TpmState).ToList();
        if (state.Count == 0) return;
        var tpm = plan.Stored.Tpms.FirstOrDefault(tpm => tpm.Backend == "emulator");
        if (tpm is null or { Path: not null } || FindRoot() is not { } root)
        {
            warnings.Add("the TPM's state is not put back: libvirt keeps it in a place of its own; the domain gets a "
                + "new TPM");
            return;
        }

        try
        {
            await WriteAsync(tpm, Path.Combine(root, uuid.ToString()), state, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warnings.Add($"the TPM's state is not put back: {e.Message}; the domain gets a new TPM");
            Undo();
        }
    }

    /// <summary>Removes what was made; state that was there before stays.</summary>
    internal void Undo()
    {
        if (_made is null) return;
        try
        {
            if (Directory.Exists(_made)) Directory.Delete(_made, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No domain has this UUID, so nothing looks there; what made the restore fail is told.
        }

        _made = null;
    }

    /// <summary>A host on which no domain with a TPM ever started has no such directory yet.</summary>
    private string? FindRoot() => plan.TpmRoots.FirstOrDefault(Directory.Exists)
        ?? plan.TpmRoots.LastOrDefault(root => Directory.Exists(Path.GetDirectoryName(root)));

    private async Task WriteAsync(
        DomainTpm tpm, string directory, IReadOnlyList<PointAttachment> state, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(directory)!, Passable);
        if (!Directory.Exists(directory)) _made = directory;
        Directory.CreateDirectory(directory, Passable);
        var inner = Path.Combine(directory, TpmState.FolderOf(tpm));
        Directory.CreateDirectory(inner, OwnerOnly);
        foreach (var file in state)
            await files.WriteAsync(file, Path.Combine(inner, Path.GetFileName(file.Path)), cancellationToken)
                .ConfigureAwait(false);
    }
}
