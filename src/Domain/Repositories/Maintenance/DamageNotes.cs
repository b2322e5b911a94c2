using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// The notes of what was found damaged, by which backups know what to store again and what to take for no base.
/// </summary>
internal static class DamageNotes
{
    /// <summary>The notes that there are; to be asked before anything is read, for what others note meanwhile is not
    /// known to be wrong.</summary>
    internal static Task<IReadOnlyList<string>> ListAsync(Repository repository, CancellationToken cancellationToken) =>
        repository.Store.ListAsync(RepositoryNotes.DamagedFolder, cancellationToken);

    /// <summary>Notes what was found, unless it is noted already.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="blobs">Blobs of which a copy is damaged or absent.</param>
    /// <param name="points">Points that need blobs of which no copy is good.</param>
    /// <param name="replaced">Older notes that are wrong now, for nothing else is damaged; null when that is not known.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task WriteAsync(
        Repository repository, IReadOnlyCollection<ChunkId> blobs, IReadOnlyCollection<string> points,
        IReadOnlyList<string>? replaced, CancellationToken cancellationToken)
    {
        var known = await repository.Notes.ListDamagedAsync(cancellationToken).ConfigureAwait(false);
        var found = new DamagedDocument(
            [.. blobs.Select(id => id.ToString()).Order(StringComparer.Ordinal)],
            [.. points.Order(StringComparer.Ordinal)]);
        var knownBlobs = known.SelectMany(note => note.Blobs).ToHashSet(StringComparer.Ordinal);
        var knownPoints = known.SelectMany(note => note.Points).ToHashSet(StringComparer.Ordinal);
        var isKnown = knownBlobs.IsSupersetOf(found.Blobs) && knownPoints.IsSupersetOf(found.Points);
        var isSame = isKnown && knownBlobs.Count == found.Blobs.Count && knownPoints.Count == found.Points.Count;
        if (isSame || (isKnown && replaced is null)) return;
        await WriteAsync(repository, found, cancellationToken).ConfigureAwait(false);
        foreach (var key in replaced ?? [])
            await repository.Store.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteAsync(
        Repository repository, DamagedDocument found, CancellationToken cancellationToken)
    {
        if (found.Blobs.Count == 0 && found.Points.Count == 0) return;
        await repository.Documents
            .WriteAsync(
                $"{RepositoryNotes.DamagedFolder}{Guid.NewGuid():n}.json", found,
                    RepositoryJson.Default.DamagedDocument, cancellationToken)
            .ConfigureAwait(false);
    }
}
