namespace LibvirtBackup.Repositories.Indexes;

/// <summary>Makes the bytes of an index.</summary>
internal static class IndexWriter
{
    /// <param name="packs">The packs that entries refer to.</param>
    /// <param name="entries">At most <see cref="IndexFormat.MaximumEntries"/>, in ascending order of id.</param>
    /// <returns>The index's id and its bytes.</returns>
    internal static (ChunkId Id, byte[] Content) Write(
        IReadOnlyList<IndexPack> packs, ReadOnlySpan<IndexEntry> entries)
    {
        if (entries.Length > IndexFormat.MaximumEntries)
            throw new ArgumentException($"an index cannot have {entries.Length} entries", nameof(entries));
        var blocks = IndexFormat.BlockCount(entries.Length);
        var rowsAt = IndexFormat.HeaderLength + (packs.Count * IndexFormat.PackLength);
        var entriesAt = rowsAt + (blocks * IndexFormat.BlockRowLength);
        var content = new byte[entriesAt + (entries.Length * IndexFormat.EntryLength)];
        IndexFormat.WriteHeader(content, packs.Count, entries.Length);
        for (var i = 0; i < packs.Count; i++)
            IndexFormat.WritePack(
                content.AsSpan(IndexFormat.HeaderLength + (i * IndexFormat.PackLength)), packs[i]);
        for (var i = 0; i < entries.Length; i++)
            IndexFormat.WriteEntry(content.AsSpan(entriesAt + (i * IndexFormat.EntryLength)), entries[i]);
        const int blockLength = IndexFormat.EntriesPerBlock * IndexFormat.EntryLength;
        for (var i = 0; i < blocks; i++)
        {
            var block = content.AsSpan(entriesAt + (i * blockLength));
            IndexFormat.WriteBlockRow(
                content.AsSpan(rowsAt + (i * IndexFormat.BlockRowLength)),
                block[..Math.Min(block.Length, blockLength)]);
        }

        return (ChunkId.Compute(content.AsSpan(0, entriesAt)), content);
    }
}
