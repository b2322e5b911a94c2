using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Packs that are to be deleted. First they are condemned: sessions that begin later take them for absent. Those that
/// had begun before are seen then; when none of them is left, what a point needs by now is spared, and the rest goes.
/// </summary>
/// <param name="Id">The name of the condemnation.</param>
/// <param name="Packs">The packs.</param>
internal sealed record Condemnation(string Id, IReadOnlySet<ChunkId> Packs)
{
    private string Key => $"{RepositoryNotes.CondemnedFolder}{Id}.json";

    private string SessionsKey => RepositoryNotes.CondemnedFolder + Id + RepositoryNotes.CondemnedSessionsSuffix;

    /// <summary>Condemns packs, durably.</summary>
    internal static async Task<Condemnation> PronounceAsync(
        Repository repository, IEnumerable<ChunkId> packs, CancellationToken cancellationToken)
    {
        var made = new Condemnation(Guid.NewGuid().ToString("n"), packs.ToHashSet());
        var document = new CondemnedDocument([.. made.Packs.Select(pack => pack.ToString())]);
        await repository.Documents
            .WriteAsync(made.Key, document, RepositoryJson.Default.CondemnedDocument, cancellationToken)
            .ConfigureAwait(false);
        return made;
    }

    /// <summary>Those that earlier runs have left.</summary>
    internal static async Task<IReadOnlyList<Condemnation>> ListAsync(
        Repository repository, CancellationToken cancellationToken)
    {
        var all = await repository.Notes.ListCondemnedAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. all.Select(note => new Condemnation(
                note.Key[RepositoryNotes.CondemnedFolder.Length..^".json".Length],
                note.Document.Packs.Select(ChunkId.Parse).ToHashSet())),
        ];
    }

    /// <summary>
    /// True when no session is left that may not know of this. Notes those that there are the first time it is asked.
    /// </summary>
    internal async Task<bool> IsDueAsync(Repository repository, CancellationToken cancellationToken)
    {
        var noted = await repository.Documents
            .TryReadAsync(SessionsKey, RepositoryJson.Default.CondemnedSessionsDocument, cancellationToken)
            .ConfigureAwait(false);
        var held = await repository.Locks.ListAsync(LockKind.Session, cancellationToken).ConfigureAwait(false);
        var alive = held.Select(session => session.Session).ToList();
        if (noted is not null) return !noted.Sessions.Intersect(alive, StringComparer.Ordinal).Any();
        if (alive.Count == 0) return true;
        await repository.Documents
            .WriteAsync(
                SessionsKey, new CondemnedSessionsDocument(alive),
                RepositoryJson.Default.CondemnedSessionsDocument, cancellationToken)
            .ConfigureAwait(false);
        return false;
    }

    /// <summary>Removes the condemnation, of which nothing is left to do.</summary>
    internal async Task LiftAsync(Repository repository, CancellationToken cancellationToken)
    {
        // In this order: without the second file the first is what it was before anybody had looked for sessions.
        await repository.Store.DeleteAsync(SessionsKey, cancellationToken).ConfigureAwait(false);
        await repository.Store.DeleteAsync(Key, cancellationToken).ConfigureAwait(false);
    }
}
