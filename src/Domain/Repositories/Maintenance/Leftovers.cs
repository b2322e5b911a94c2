using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>What dead processes have left.</summary>
/// <param name="Packs">Keys of packs that no index names.</param>
/// <param name="Files">Keys of temporary files.</param>
internal sealed record Leftovers(IReadOnlyList<string> Packs, IReadOnlyList<string> Files)
{
    /// <summary>Whoever writes a file for so long is dead.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromDays(1);

    internal static async Task<Leftovers> FindAsync(
        Repository repository, TimeProvider time, CancellationToken cancellationToken)
    {
        // In this order: a pack on the list is from a session that has ended, and then its index is there if it was
        // finished, or from one whose lock is seen. Packs have names of their own, so no later session makes the same.
        var packs = await PackTables.ListAsync(repository.Store, cancellationToken).ConfigureAwait(false);
        var temporary = await ListTemporaryAsync(repository.Store, cancellationToken).ConfigureAwait(false);
        var sessions = await repository.Locks.ListAsync(LockKind.Session, cancellationToken).ConfigureAwait(false);
        await repository.Index.ReloadAsync(cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var old = temporary.Where(file => now - file.Written > s_patience || IsSessions(file, sessions.Count))
            .Select(file => file.Key);
        if (sessions.Count > 0) return new Leftovers([], [.. old]);
        var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
        var named = files.SelectMany(file => file.Packs).Select(pack => pack.Id).ToHashSet();
        return new Leftovers([.. packs.Where(pack => !named.Contains(pack)).Select(PackFormat.KeyOf)], [.. old]);
    }

    // Packs and indexes are written by sessions only; other files may be in the making by somebody without a lock.
    private static bool IsSessions(TemporaryFile file, int sessions) =>
        sessions == 0 && file.Key.StartsWith(PackFormat.Folder, StringComparison.Ordinal);

    private static async Task<IReadOnlyList<TemporaryFile>> ListTemporaryAsync(
        IBlobStore store, CancellationToken cancellationToken) =>
        store is ITemporaryFiles files
            ? await files.ListTemporaryAsync(cancellationToken).ConfigureAwait(false)
            : [];
}
