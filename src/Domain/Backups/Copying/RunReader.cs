using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Backups.Copying;

/// <summary>Tells what the chunks of a run are, once their bytes are there: zeroes, or data with a name.</summary>
/// <param name="run">The run.</param>
/// <param name="bytes">Its bytes.</param>
/// <param name="names">Names the data, several chunks at a time.</param>
internal readonly ref struct RunReader(LeafRun run, ReadOnlySpan<byte> bytes, BlobNames names)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Sets the entries of the run's chunks.</summary>
    /// <returns>Bytes that are not the parent's although no bitmap said so.</returns>
    internal long SetEntries()
    {
        var work = run.Work;
        Span<int> waiting = stackalloc int[BlobNames.MostTogether];
        var (count, unreported) = (0, 0L);
        for (var i = run.First; i < run.First + run.Count; i++)
        {
            var chunk = _bytes.Slice(run.OffsetOf(i), work.LengthOf(i));
            if (!chunk.ContainsAnyExcept((byte)0)) unreported += work.SetRead(i, MapEntry.Zero);
            else if (chunk.Length != work.LengthOf(run.First))
                unreported += work.SetRead(i, MapEntry.Data(names.NameOf(chunk))); // the disk's last
            else waiting[count++] = i;
            if (count < waiting.Length) continue;
            unreported += SetData(waiting);
            count = 0;
        }

        return unreported + SetData(waiting[..count]);
    }

    private long SetData(ReadOnlySpan<int> chunks)
    {
        if (chunks.IsEmpty) return 0;
        Span<int> offsets = stackalloc int[BlobNames.MostTogether];
        Span<ChunkId> ids = stackalloc ChunkId[BlobNames.MostTogether];
        for (var i = 0; i < chunks.Length; i++) offsets[i] = run.OffsetOf(chunks[i]);
        names.NameAll(_bytes, run.Work.LengthOf(run.First), offsets[..chunks.Length], ids);
        var unreported = 0L;
        for (var i = 0; i < chunks.Length; i++) unreported += run.Work.SetRead(chunks[i], MapEntry.Data(ids[i]));
        return unreported;
    }
}
