using System.Buffers;
using System.Runtime.CompilerServices;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Differences;

/// <summary>
/// Finds where two disks differ, from their maps alone, in time proportional to the difference: equal entries are
/// equal disks below, and are not looked into.
/// </summary>
internal sealed class MapComparison(MapSide before, MapSide after)
{
    /// <summary>How many nodes are read before their turn: as much as keeps all processors busy.</summary>
    private const int MostAhead = 16;

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
        await CompareAsync(top, 0, before.RootAt(top), after.RootAt(top), cancellationToken).ConfigureAwait(false);
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
            var child = node.Next++;
            if (node.Ahead.TryPeek(out var ahead) && ahead.Child == child)
                Enter(await node.Ahead.Dequeue().Reading.ConfigureAwait(false));
            else
                await CompareAsync(
                        node.Level - 1, (node.Index * MapNode.Width) + child, node.Before[child], node.After[child],
                        cancellationToken)
                    .ConfigureAwait(false);
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
        for (; node.Level > 0 && node.NextAhead < MapNode.Width && node.Ahead.Count < MostAhead; node.NextAhead++)
        {
            var (child, level) = (node.NextAhead, node.Level - 1);
            var index = (node.Index * MapNode.Width) + child;
            var (old, now) = (node.Before[child], node.After[child]);
            if (IsToBeEntered(level, index, old, now))
                node.Ahead.Enqueue((child, Task.Run(
                    () => ReadAsync(level, index, old, now, cancellationToken), cancellationToken)));
        }
    }

    private bool IsToBeEntered(int level, long index, SideEntry old, SideEntry now)
    {
        var (oldBytes, nowBytes) = (before.CoveredBytes(level, index), after.CoveredBytes(level, index));
        return nowBytes > 0
            && !(oldBytes == nowBytes && old == now && !old.IsVirtual)
            && !(IsUniform(old, oldBytes) && IsUniform(now, nowBytes));
    }

    private ValueTask CompareAsync(
        int level, long index, SideEntry old, SideEntry now, CancellationToken cancellationToken)
    {
        var (oldBytes, nowBytes) = (before.CoveredBytes(level, index), after.CoveredBytes(level, index));
        // Nodes of disks of different sizes can be equal though one stands for a shorter last chunk.
        if (oldBytes == nowBytes && old == now && !old.IsVirtual) return default;
        if (oldBytes + (Int128)nowBytes == 0) return default;
        var offset = index * after.Span(level);
        if (nowBytes == 0)
            Add(offset, oldBytes, DifferenceKind.Gone);
        else if (IsUniform(old, oldBytes) && IsUniform(now, nowBytes))
            AddZeroes(offset, old, oldBytes, now, nowBytes);
        else if (level < 0)
            AddChunk(offset, oldBytes, now, nowBytes);
        else
            return DescendAsync(level, index, old, now, cancellationToken);
        return default;
    }

    private async ValueTask DescendAsync(
        int level, long index, SideEntry old, SideEntry now, CancellationToken cancellationToken) =>
        Enter(await ReadAsync(level, index, old, now, cancellationToken).ConfigureAwait(false));

    private void Enter(Entered entered)
    {
        if (entered.Node is not null) _path.Push(entered.Node);
        foreach (var extent in entered.Found) _found.Enqueue(extent);
    }

    private async Task<Entered> ReadAsync(
        int level, long index, SideEntry old, SideEntry now, CancellationToken cancellationToken)
    {
        if (level == 0 && IsStored(old) && IsStored(now)
            && before.CoveredBytes(0, index) is var covered && covered == after.CoveredBytes(0, index))
            return new Entered(
                null, await CompareLeavesAsync(index, covered, old, now, cancellationToken).ConfigureAwait(false));
        var node = new Node(level, index);
        await before.ReadChildrenAsync(level, index, old, node.Before, cancellationToken).ConfigureAwait(false);
        await after.ReadChildrenAsync(level, index, now, node.After, cancellationToken).ConfigureAwait(false);
        return new Entered(node, []);
    }

    private async Task<IReadOnlyList<DifferentExtent>> CompareLeavesAsync(
        long index, long covered, SideEntry old, SideEntry now, CancellationToken cancellationToken)
    {
        var found = new List<DifferentExtent>();
        var (start, chunk) = (index * after.Span(0), after.Span(-1));
        var oldLeaf = await before.RentNodeAsync(old, cancellationToken).ConfigureAwait(false);
        try
        {
            var newLeaf = await after.RentNodeAsync(now, cancellationToken).ConfigureAwait(false);
            try
            {
                LeafComparison.Find(oldLeaf, newLeaf, after.EntryCount(0, index), (place, kind, contentChanged) =>
                {
                    var offset = place * chunk;
                    found.Add(new DifferentExtent(
                        start + offset, Math.Min(chunk, covered - offset), KindOf(kind), contentChanged));
                });
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(newLeaf.Array!); // it is rented
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(oldLeaf.Array!);
        }

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
            foreach (var (_, reading) in path.SelectMany(node => node.Ahead))
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What is below two entries: a node whose children are to be compared, or what differs.</summary>
    private readonly record struct Entered(Node? Node, IReadOnlyList<DifferentExtent> Found);

    private sealed class Node(int level, long index)
    {
        internal int Level { get; } = level;

        internal long Index { get; } = index;

        internal SideEntry[] Before { get; } = new SideEntry[MapNode.Width];

        internal SideEntry[] After { get; } = new SideEntry[MapNode.Width];

        internal int Next { get; set; }

        /// <summary>Children that are being read, in their order.</summary>
        internal Queue<(int Child, Task<Entered> Reading)> Ahead { get; } = new();

        internal int NextAhead { get; set; }
    }
}
