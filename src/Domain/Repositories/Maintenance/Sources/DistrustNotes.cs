using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>Notes for backups which checkpoints are no longer believed, on which disk.</summary>
internal static class DistrustNotes
{
    /// <summary>
    /// Notes that a disk changed without its bitmap's knowledge. Nobody knows when that was, so none of the domain's
    /// checkpoints is believed on that disk: the next backup reads it whole and begins anew.
    /// </summary>
    internal static async Task WriteAsync(
        Repository repository, Guid domain, string disk, string reason, CancellationToken cancellationToken)
    {
        var (points, _) = await repository.ListPointsAsync(cancellationToken).ConfigureAwait(false);
        var known = await repository.Notes.ListDistrustedAsync(cancellationToken).ConfigureAwait(false);
        var noted = known.Where(note => note.Disk == disk).SelectMany(note => note.Checkpoints)
            .ToHashSet(StringComparer.Ordinal);
        string[] found = [.. points.Where(point => point.DomainUuid == domain)
            .Select(point => point.Checkpoint)
            .OfType<string>()
            .Where(checkpoint => !noted.Contains(checkpoint))];
        if (found.Length == 0) return;
        await repository.Documents
            .WriteAsync(
                $"{RepositoryNotes.DistrustedFolder}{Guid.NewGuid():n}.json",
                new DistrustedDocument(found, disk, reason), RepositoryJson.Default.DistrustedDocument,
                cancellationToken)
            .ConfigureAwait(false);
    }
}
