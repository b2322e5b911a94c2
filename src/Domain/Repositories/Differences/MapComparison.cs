using System.Runtime.CompilerServices;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Differences;

/// <summary>
/// Finds where two disks of a repository differ, from their maps alone, in time proportional to the difference: equal
/// entries are equal disks below, and are not looked into.
/// </summary>
internal sealed class MapComparison(MapSide before, MapSide after)
{
    /// <summary>How many nodes are read before their turn: as much as keeps all processors busy.</summary>
    private const int MostAhead = 32;

    /// <summary>How many of them one task reads: two leaves each, of which four are hashed at a time.</summary>
    private const int MostTogether = 4;

    private readonly Stack<Node> _path = new();
    private readonly Queue<DifferentExtent> _found = new();

    /// <summary>The differences, ascending, not touching where they are alike.</summary>
    internal async IAsyncEnumerable<DifferentExtent> FindAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // What is being read ahead when the enumeration ends is not left to itself.
        await using var rest = new Rest(_path).ConfigureAwait(false);
        var top = Math.Max(before.TopLevel, after.TopLevel);
        var pending = default(DifferentExtent);
        await CompareAsync(new Pair(top, 0, before.RootAt(top), after.RootAt(top)), cancellationToken)
            .ConfigureAwait(false);
        while (true)
        {
            while (_found.TryDequeue(out var extent))
            {
                if (pending.LengthBytes > 0 && pending.IsContinuedBy(extent))
                {
                    pending = pending with { LengthBytes = pending.LengthBytes + extent.LengthBytes };
                    continue;
                }

                if (pending.LengthBytes > 0) yield return pending;
                pending = extent;
            }

            if (!_path.TryPeek(out var node)) break;
            SkipEqual(node);
            if (node.Next == MapNode.Width)
            {
                _path.Pop();
                continue;
            }

            ReadAhead(node, cancellationToken);
            var pair = node.PairAt(node.Next++);
            if (node.Ahead.TryPeek(out var ahead) && ahead.Index == pair.Index)
                Enter((await node.Ahead.Dequeue().Reading.ConfigureAwait(false))[ahead.Place]);
            else
                await CompareAsync(pair, cancellationToken).ConfigureAwait(false);
        }

        if (pending.LengthBytes > 0) yield return pending;
    }

    /// <summary>Goes past children that are equal and lie within both disks: most of them, in most nodes.</summary>
    private void SkipEqual(Node node)
    {
        var within = Math.Min(
            before.CoveredBytes(node.Level, node.Index), after.CoveredBytes(node.Level, node.Index));
        for (var whole = within / after.Span(node.Level - 1);
            node.Next < whole && node.Before[node.Next] == node.After[node.Next] && !node.Before[node.Next].IsVirtual;
            node.Next++)
        {
        }
    }

    /// <summary>Begins to read the next children of a node that have to be looked into.</summary>
    private void ReadAhead(Node node, CancellationToken cancellationToken)
    {
        while (node.Level > 0 && node.NextAhead < MapNode.Width && node.Ahead.Count < MostAhead)
        {
            var pairs = new List<Pair>(MostTogether);
            for (; node.NextAhead < MapNode.Width && pairs.Count < MostTogether; node.NextAhead++)
                if (node.PairAt(node.NextAhead) is var pair && IsToBeEntered(pair)) pairs.Add(pair);
            if (pairs.Count == 0) return;
            var reading = Task.Run(() => ReadAsync(pairs, cancellationToken), cancellationToken);
            for (var i = 0; i < pairs.Count; i++) node.Ahead.Enqueue((pairs[i].Index, i, reading));
        }
    }

    private (long Before, long After) CoveredBytes(Pair pair) =>
        (before.CoveredBytes(pair.Level, pair.Index), after.CoveredBytes(pair.Level, pair.Index));

    private bool IsToBeEntered(Pair pair)
    {
        var (oldBytes, nowBytes) = CoveredBytes(pair);
        return nowBytes > 0
            && !(oldBytes == nowBytes && pair.IsSame)
            && !(IsUniform(pair.Before, oldBytes) && IsUniform(pair.After, nowBytes));
    }

    private ValueTask CompareAsync(Pair pair, CancellationToken cancellationToken)
    {
        var (oldBytes, nowBytes) = CoveredBytes(pair);
        // Nodes of disks of different sizes can be equal though one stands for a shorter last chunk.
        if (oldBytes == nowBytes && pair.IsSame) return default;
        if (oldBytes == 0 && nowBytes == 0) return default;
        var offset = pair.Index * after.Span(pair.Level);
        if (nowBytes == 0)
            Add(offset, oldBytes, DifferenceKind.Gone);
        else if (IsUniform(pair.Before, oldBytes) && IsUniform(pair.After, nowBytes))
            AddZeroes(offset, pair.Before, oldBytes, pair.After, nowBytes);
        else if (pair.Level < 0)
            AddChunk(offset, oldBytes, pair.After, nowBytes);
        else
            return DescendAsync(pair, cancellationToken);
        return default;
    }

    private async ValueTask DescendAsync(Pair pair, CancellationToken cancellationToken) =>
        Enter((await ReadAsync([pair], cancellationToken).ConfigureAwait(false))[0]);

    private void Enter(Entered entered)
    {
        if (entered.Node is not null) _path.Push(entered.Node);
        foreach (var extent in entered.Found) _found.Enqueue(extent);
    }

    /// <summary>Reads what is below pairs of one level.</summary>
    private async Task<Entered[]> ReadAsync(IReadOnlyList<Pair> pairs, CancellationToken cancellationToken)
    {
        var entered = new Entered[pairs.Count];
        var leaves = new List<int>(pairs.Count);
        for (var i = 0; i < pairs.Count; i++)
        {
            if (AreLeavesOfOneLength(pairs[i])) leaves.Add(i);
            else entered[i] = new Entered(await ReadNodeAsync(pairs[i], cancellationToken).ConfigureAwait(false), []);
        }

        if (leaves.Count == 0) return entered;
        using var nodes = await before.RentNodesAsync(
            [.. leaves.SelectMany(i => new[] { pairs[i].Before, pairs[i].After })], cancellationToken)
            .ConfigureAwait(false);
        for (var i = 0; i < leaves.Count; i++)
            entered[leaves[i]] = new Entered(
                null, CompareLeaves(pairs[leaves[i]].Index, nodes[2 * i], nodes[(2 * i) + 1]));
        return entered;
    }

    private async ValueTask<Node> ReadNodeAsync(Pair pair, CancellationToken cancellationToken)
    {
        var node = new Node(pair.Level, pair.Index);
        await before.ReadChildrenAsync(pair.Level, pair.Index, pair.Before, node.Before, cancellationToken)
            .ConfigureAwait(false);
        await after.ReadChildrenAsync(pair.Level, pair.Index, pair.After, node.After, cancellationToken)
            .ConfigureAwait(false);
        return node;
    }

    private bool AreLeavesOfOneLength(Pair pair) =>
        pair.Level == 0 && IsStored(pair.Before) && IsStored(pair.After)
        && CoveredBytes(pair) is var covered && covered.Before == covered.After;

    private List<DifferentExtent> CompareLeaves(long index, ReadOnlySpan<byte> oldLeaf, ReadOnlySpan<byte> newLeaf)
    {
        var found = new List<DifferentExtent>();
        var (start, chunk, covered) = (index * after.Span(0), after.Span(-1), after.CoveredBytes(0, index));
        LeafComparison.Find(oldLeaf, newLeaf, after.EntryCount(0, index), (place, kind, contentChanged) =>
        {
            var offset = place * chunk;
            found.Add(new DifferentExtent(
                start + offset, Math.Min(chunk, covered - offset), KindOf(kind), contentChanged));
        });
        return found;
    }

    private void AddZeroes(long offset, SideEntry old, long oldBytes, SideEntry now, long nowBytes)
    {
        var common = Math.Min(oldBytes, nowBytes);
        if (old != now) Add(offset, common, KindOf(now.Entry.Kind), contentChanged: false);
        Add(offset + common, nowBytes - common, KindOf(now.Entry.Kind));
        Add(offset + common, oldBytes - common, DifferenceKind.Gone);
    }

    private void AddChunk(long offset, long oldBytes, SideEntry now, long nowBytes)
    {
        Add(offset, nowBytes, KindOf(now.Entry.Kind));
        Add(offset + nowBytes, oldBytes - nowBytes, DifferenceKind.Gone);
    }

    private void Add(long offset, long length, DifferenceKind kind, bool contentChanged = true)
    {
        if (length > 0) _found.Enqueue(new DifferentExtent(offset, length, kind, contentChanged));
    }

    private static bool IsUniform(SideEntry entry, long bytes) => bytes == 0 || entry.Entry.Kind != EntryKind.Data;

    private static bool IsStored(SideEntry entry) => !entry.IsVirtual && entry.Entry.Kind == EntryKind.Data;

    private static DifferenceKind KindOf(EntryKind kind) => kind switch
    {
        EntryKind.Data => DifferenceKind.Data,
        EntryKind.Zero => DifferenceKind.Zero,
        EntryKind.Hole => DifferenceKind.Hole,
        _ => throw new InvalidDataException($"unknown map entry kind {(byte)kind}"),
    };

    private sealed class Rest(Stack<Node> path) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var (_, _, reading) in path.SelectMany(node => node.Ahead))
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What is below two entries: a node whose children are to be compared, or what differs.</summary>
    private readonly record struct Entered(Node? Node, IReadOnlyList<DifferentExtent> Found);

    /// <summary>The entries of both maps that stand for one part of the disks.</summary>
    private readonly record struct Pair(int Level, long Index, SideEntry Before, SideEntry After)
    {
        internal bool IsSame => Before == After && !Before.IsVirtual;
    }

    private sealed class Node(int level, long index)
    {
        internal int Level { get; } = level;

        internal long Index { get; } = index;

        internal SideEntry[] Before { get; } = new SideEntry[MapNode.Width];

        internal SideEntry[] After { get; } = new SideEntry[MapNode.Width];

        internal int Next { get; set; }

        /// <summary>Children that are being read, in their order, and their places among those read together.</summary>
        internal Queue<(long Index, int Place, Task<Entered[]> Reading)> Ahead { get; } = new();

        internal int NextAhead { get; set; }

        internal Pair PairAt(int child) =>
            new(Level - 1, (Index * MapNode.Width) + child, Before[child], After[child]);
    }
}
