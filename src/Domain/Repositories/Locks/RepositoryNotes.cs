using System.Text.Json.Serialization.Metadata;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;

namespace LibvirtBackup.Repositories.Locks;

/// <summary>
/// What gc and verify have noted for sessions: packs about to be deleted, what was found damaged, and checkpoints that
/// are not believed.
/// </summary>
internal sealed class RepositoryNotes(IBlobStore store, DocumentStore documents)
{
    internal const string CondemnedFolder = "condemned/";
    internal const string CondemnedSessionsSuffix = "-sessions.json";
    internal const string DamagedFolder = "damaged/";
    internal const string DistrustedFolder = "distrusted/";

    /// <summary>What was found damaged and has not been repaired.</summary>
    /// <exception cref="BackupException">Integrity: a note is damaged.</exception>
    internal async Task<IReadOnlyList<DamagedDocument>> ListDamagedAsync(CancellationToken cancellationToken)
    {
        var notes = await ReadAllAsync(
            DamagedFolder, RepositoryJson.Default.DamagedDocument, cancellationToken).ConfigureAwait(false);
        return [.. notes.Select(note => note.Document)];
    }

    /// <summary>Checkpoints that are not believed on a disk.</summary>
    /// <exception cref="BackupException">Integrity: a note is damaged.</exception>
    internal async Task<IReadOnlyList<DistrustedDocument>> ListDistrustedAsync(CancellationToken cancellationToken)
    {
        var notes = await ReadAllAsync(
            DistrustedFolder, RepositoryJson.Default.DistrustedDocument, cancellationToken).ConfigureAwait(false);
        return [.. notes.Select(note => note.Document)];
    }

    /// <summary>The condemnations that have not been carried out, by their keys.</summary>
    /// <exception cref="BackupException">Integrity: a note is damaged.</exception>
    internal Task<IReadOnlyList<(string Key, CondemnedDocument Document)>> ListCondemnedAsync(
        CancellationToken cancellationToken) =>
        ReadAllAsync(CondemnedFolder, RepositoryJson.Default.CondemnedDocument, cancellationToken);

    /// <summary>All packs that are condemned.</summary>
    /// <exception cref="BackupException">Integrity: a note is damaged.</exception>
    internal async Task<HashSet<ChunkId>> ListCondemnedPacksAsync(CancellationToken cancellationToken)
    {
        var all = await ListCondemnedAsync(cancellationToken).ConfigureAwait(false);
        return [.. all.SelectMany(note => note.Document.Packs).Select(ChunkId.Parse)];
    }

    private async Task<IReadOnlyList<(string Key, T Document)>> ReadAllAsync<T>(
        string folder, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var all = new List<(string, T)>();
        foreach (var key in await store.ListAsync(folder, cancellationToken).ConfigureAwait(false))
            if (!key.EndsWith(CondemnedSessionsSuffix, StringComparison.Ordinal)
                && await documents.TryReadAsync(key, type, cancellationToken).ConfigureAwait(false) is { } found)
                all.Add((key, found));
        return all;
    }
}
