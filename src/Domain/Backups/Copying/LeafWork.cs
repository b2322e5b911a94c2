using LibvirtBackup.Extents;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Backups.Copying;

/// <summary>The plan for the chunks below one leaf, and the entries that come out of it.</summary>
internal sealed class LeafWork
{
    private readonly MapShape _shape;
    private readonly long _firstChunk;
    private int _openRuns;

    internal LeafWork(MapShape shape, long leaf, ReadOnlySpan<MapEntry> parent, RangeSet zero, RangeSet? dirty)
    {
        (_shape, _firstChunk, Leaf) = (shape, leaf * MapNode.Width, leaf);
        Entries = new MapEntry[shape.EntryCount(0, leaf)];
        Actions = new ChunkAction[Entries.Length];
        HasParentForAll = parent.Length == Entries.Length;
        for (var i = 0; i < Entries.Length; i++)
        {
            var range = new ByteRange(OffsetOf(i), LengthOf(i));
            var action = ChunkPlanner.Decide(range, zero, dirty, i < parent.Length ? parent[i] : null);
            Actions[i] = action;
            Entries[i] = action is ChunkAction.Inherit or ChunkAction.ReadUnreported ? parent[i] : MapEntry.Hole;
            if (IsRead(action)) BytesToRead += range.Length;
            if (action == ChunkAction.Inherit && parent[i].Kind == EntryKind.Data) LastInheritedData = i;
            if (action == ChunkAction.HoleUnreported) UnreportedHoleBytes += range.Length;
        }
    }

    internal long Leaf { get; }

    /// <summary>What the chunks are; those still to be read have their parent's entry, or a hole.</summary>
    internal MapEntry[] Entries { get; }

    internal ChunkAction[] Actions { get; }

    internal bool HasParentForAll { get; }

    internal bool IsUnchanged => !Actions.AsSpan().ContainsAnyExcept(ChunkAction.Inherit);

    internal long BytesToRead { get; }

    internal long UnreportedHoleBytes { get; }

    /// <summary>The last chunk whose data is the parent's, or -1.</summary>
    internal int LastInheritedData { get; } = -1;

    /// <summary>
    /// Plans to read inherited data within <paramref name="spanBytes"/> (aligned) around the last of it, and nothing
    /// else.
    /// </summary>
    internal void PlanTailAudit(int spanBytes)
    {
        var chunks = Math.Max(1, spanBytes / _shape.ChunkSizeBytes);
        var first = LastInheritedData / chunks * chunks;
        for (var i = 0; i < Actions.Length; i++)
        {
            var isAudited = i >= first && i <= LastInheritedData && IsInheritedData(i);
            Actions[i] = isAudited ? ChunkAction.ReadUnreported : ChunkAction.Inherit;
        }
    }

    /// <summary>Begins to read: the runs are to be ended by <see cref="EndRun"/>.</summary>
    /// <param name="mostChunks">Chunks of the longest run.</param>
    internal IReadOnlyList<LeafRun> BeginReads(int mostChunks)
    {
        var runs = GroupReads(mostChunks).Select(run => new LeafRun(this, run.First, run.Count)).ToList();
        _openRuns = runs.Count;
        return runs;
    }

    /// <summary>Sets a chunk's entry to what was read.</summary>
    /// <returns>The chunk's length when it is not the parent's although no bitmap said so, or 0.</returns>
    internal int SetRead(int index, MapEntry entry)
    {
        var isNews = Actions[index] == ChunkAction.ReadUnreported && !entry.ReadsAs(Entries[index]);
        Entries[index] = entry;
        return isNews ? LengthOf(index) : 0;
    }

    /// <summary>True for the last run: the leaf is complete.</summary>
    internal bool EndRun() => Interlocked.Decrement(ref _openRuns) == 0;

    /// <summary>Whether the chunk's data is taken over from the parent.</summary>
    internal bool IsInheritedData(int index) =>
        Actions[index] == ChunkAction.Inherit && Entries[index].Kind == EntryKind.Data;

    /// <summary>Whether <see cref="PlanTailAudit"/> planned to read the chunk.</summary>
    internal bool IsAudited(long chunk) =>
        chunk >= _firstChunk && chunk < _firstChunk + Actions.Length
        && Actions[chunk - _firstChunk] == ChunkAction.ReadUnreported;

    internal long ChunkOf(int index) => _firstChunk + index;

    internal long OffsetOf(int index) => Math.Min((_firstChunk + index) * _shape.ChunkSizeBytes, _shape.SizeBytes);

    internal int LengthOf(int index) => _shape.ChunkLength(_firstChunk + index);

    private IEnumerable<(int First, int Count)> GroupReads(int most)
    {
        for (var i = 0; i < Actions.Length;)
        {
            if (!IsRead(Actions[i]))
            {
                i++;
                continue;
            }

            var first = i;
            while (i < Actions.Length && i - first < most && IsRead(Actions[i])) i++;
            yield return (first, i - first);
        }
    }

    private static bool IsRead(ChunkAction action) => action is ChunkAction.Read or ChunkAction.ReadUnreported;
}
