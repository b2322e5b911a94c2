namespace LibvirtBackup.Backups.Copying;

/// <summary>
/// A few of the chunks whose data is taken over from the parent, at random and spread over the disk: to be read and
/// compared, since a bitmap that lies, or belongs to another image, lies everywhere.
/// </summary>
/// <param name="size">How many chunks.</param>
/// <param name="leafCount">Leaves of the disk's map.</param>
internal sealed class InheritedSample(int size, long leafCount)
{
    private readonly List<SampledChunk> _chunks = [];
    private readonly int _perLeaf = (int)Math.Max(1, size / Math.Max(1, leafCount));
    private long _offered;

    internal IReadOnlyList<SampledChunk> Chunks => _chunks;

    /// <summary>Shows the plan of the next leaf.</summary>
    internal void Offer(LeafWork work)
    {
        for (var i = 0; i < _perLeaf && work.LastInheritedData >= 0; i++)
        {
            var index = Random.Shared.Next(work.LastInheritedData + 1);
            while (!work.IsInheritedData(index)) index++;
            var place = _offered < size ? _offered : Random.Shared.NextInt64(_offered + 1);
            _offered++;
            if (place >= size) continue;
            var chunk = new SampledChunk(work.ChunkOf(index), work.Entries[index]);
            if (place == _chunks.Count) _chunks.Add(chunk);
            else _chunks[(int)place] = chunk;
        }
    }
}
