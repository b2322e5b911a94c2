using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.Restores.Definitions;

/// <summary>The files beside the disks that a domain boots with; TPM state has a place of its own.</summary>
/// <param name="repository">Where the point is.</param>
/// <param name="plan">The domain to be.</param>
/// <param name="after">Called after each durable step, with the file; or null.</param>
internal sealed class DefinitionFiles(
    Repository repository, DefinitionPlan plan, Action<RestoreStep, string>? after = null)
{
    private readonly AttachmentReader _files = new(repository);

    /// <summary>
    /// The files that are not where they were, and the variable store always: a domain writes to it.
    /// </summary>
    /// <returns>Where each is to be.</returns>
    internal async Task<IReadOnlyDictionary<AttachmentRole, string>> FindAsync(CancellationToken cancellationToken)
    {
        var files = new Dictionary<AttachmentRole, string>();
        foreach (var file in plan.Point.Attachments.Where(file => file.Role != AttachmentRole.TpmState))
            if (file.Role == AttachmentRole.Nvram
                || !await _files.IsInPlaceAsync(file, cancellationToken).ConfigureAwait(false))
                files[file.Role] = plan.PathOf(file.Role);
        return files;
    }

    /// <summary>Writes them, durably.</summary>
    internal async Task WriteAsync(
        IReadOnlyDictionary<AttachmentRole, string> files, CancellationToken cancellationToken)
    {
        foreach (var file in plan.Point.Attachments.Where(file => file.Role != AttachmentRole.TpmState))
        {
            if (!files.TryGetValue(file.Role, out var path)) continue;
            DurableFile.CreateDirectory(plan.FilesDirectory);
            await _files.WriteAsync(file, path, cancellationToken).ConfigureAwait(false);
            after?.Invoke(RestoreStep.FileWritten, path);
        }
    }
}
