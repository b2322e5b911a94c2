using System.Collections.Immutable;
using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Domain.Tests.Repositories.Faults;

/// <summary>What a store held right after one of its steps.</summary>
/// <param name="Step">The step, for messages: <c>put packs/...: renamed</c>.</param>
/// <param name="Visible">What every process saw, and what is left when this process is killed.</param>
/// <param name="Pending">What a power cut may undo, each alone.</param>
internal sealed record CrashImage(
    string Step, ImmutableSortedDictionary<string, byte[]> Visible, ImmutableArray<StoreChange> Pending)
{
    /// <summary>
    /// What may be left: as it was seen (the process was killed), and without any part of the pending changes (the
    /// power was cut, and the file system wrote the others first).
    /// </summary>
    internal IEnumerable<(string Name, ImmutableSortedDictionary<string, byte[]> Blobs)> Outcomes()
    {
        for (var lost = 0; lost < 1 << Pending.Length; lost++)
        {
            var blobs = Visible;
            for (var i = 0; i < Pending.Length; i++)
                if ((lost & (1 << i)) != 0)
                    blobs = Undo(blobs, Pending[i]);
            var name = lost == 0 ? $"killed after {Step}" : $"power cut after {Step}, changes {lost:b} lost";
            yield return (name, blobs);
        }
    }

    internal static async Task<MemoryBlobStore> OpenAsync(ImmutableSortedDictionary<string, byte[]> blobs)
    {
        var store = new MemoryBlobStore();
        foreach (var (key, content) in blobs) await store.PutIfAbsentAsync(key, content, CancellationToken.None);
        return store;
    }

    private static ImmutableSortedDictionary<string, byte[]> Undo(
        ImmutableSortedDictionary<string, byte[]> blobs, StoreChange change) =>
        change.Before is null ? blobs.Remove(change.Key) : blobs.SetItem(change.Key, change.Before);
}
