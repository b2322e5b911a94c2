using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>What dead processes have left: packs that no index names, temporary files.</summary>
internal sealed class Leftovers(Repository repository, TimeProvider time)
{
    /// <summary>Whoever writes a file for so long is dead.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromDays(1);

    /// <summary>Keys of files that nobody needs.</summary>
    internal async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellationToken)
    {
        // In this order: a pack on the list is from a session that has ended, and then its index is there if it was
        // finished, or from one whose lock is seen. Packs have names of their own, so no later session makes the same.
        var packs = await PackTables.ListAsync(repository.Store, cancellationToken).ConfigureAwait(false);
        var temporary = await ListTemporaryAsync(cancellationToken).ConfigureAwait(false);
        var sessions = await repository.Locks.ListAsync(LockKind.Session, cancellationToken).ConfigureAwait(false);
        await repository.Index.ReloadAsync(cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var old = temporary.Where(file => now - file.Written > s_patience || IsSessions(file, sessions.Count))
            .Select(file => file.Key);
        if (sessions.Count > 0) return [.. old];
        var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
        var named = files.SelectMany(file => file.Packs).Select(pack => pack.Id).ToHashSet();
        return [.. old, .. packs.Where(pack => !named.Contains(pack)).Select(PackFormat.KeyOf)];
    }

    // Packs and indexes are written by sessions only; other files may be in the making by somebody without a lock.
    private static bool IsSessions(TemporaryFile file, int sessions) =>
        sessions == 0 && file.Key.StartsWith(PackFormat.Folder, StringComparison.Ordinal);

    private async Task<IReadOnlyList<TemporaryFile>> ListTemporaryAsync(CancellationToken cancellationToken) =>
        repository.Store is ITemporaryFiles files
            ? await files.ListTemporaryAsync(cancellationToken).ConfigureAwait(false)
            : [];
}
