using System.Runtime.CompilerServices;
using LibvirtBackup.Repositories.Indexes;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Reads several indexes side by side in the order of ids: each blob once, with all of its copies. Memory is one block
/// per index.
/// </summary>
internal sealed class IndexScan(IReadOnlyList<IndexFile> files)
{
    /// <summary>The copies of each blob; the list is used again for the next blob.</summary>
    /// <exception cref="InvalidDataException">An index is damaged.</exception>
    internal async IAsyncEnumerable<IReadOnlyList<IndexCopy>> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursors = new PriorityQueue<Cursor, (ChunkId Id, int File)>();
        for (var i = 0; i < files.Count; i++)
            if (files[i].Count > 0)
            {
                var cursor = new Cursor(files[i], i);
                cursor.Block = await files[i].ReadBlockAsync(0, cancellationToken).ConfigureAwait(false);
                cursors.Enqueue(cursor, cursor.Key);
            }

        var copies = new List<IndexCopy>();
        while (cursors.TryDequeue(out var cursor, out var key))
        {
            if (copies.Count > 0 && copies[0].Entry.Id != key.Id)
            {
                yield return copies;
                copies.Clear();
            }

            copies.Add(new IndexCopy(cursor.File, cursor.Number, cursor.Current));
            cursor.Number++;
            if (cursor.Number == cursor.File.Count) continue;
            if (cursor.Number % IndexFormat.EntriesPerBlock == 0)
                cursor.Block = await cursor.File
                    .ReadBlockAsync(cursor.Number / IndexFormat.EntriesPerBlock, cancellationToken)
                    .ConfigureAwait(false);
            cursors.Enqueue(cursor, cursor.Key);
        }

        if (copies.Count > 0) yield return copies;
    }

    private sealed class Cursor(IndexFile file, int order)
    {
        internal IndexFile File { get; } = file;

        internal int Number { get; set; }

        internal IndexEntry[] Block { get; set; } = [];

        internal IndexEntry Current => Block[Number % IndexFormat.EntriesPerBlock];

        internal (ChunkId Id, int File) Key => (Current.Id, order);
    }
}
