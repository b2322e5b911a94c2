using System.Buffers.Binary;

namespace LibvirtBackup.Restores.Targets.Qcow2;

/// <summary>
/// Gives clusters of the file to the disk's data, one after the other, and keeps the tables. Only tables whose part of
/// the disk is not complete are in memory. Thread-safe.
/// </summary>
internal sealed class Qcow2Allocator : IDisposable
{
    private readonly Qcow2Geometry _geometry;
    private readonly Dictionary<int, Qcow2Table> _tables = [];
    private readonly Lock _gate = new();
    private readonly ulong[] _l1;
    private long _nextCluster;

    internal Qcow2Allocator(Qcow2Geometry geometry)
    {
        _geometry = geometry;
        _l1 = new ulong[geometry.L1Entries];
        _nextCluster = 1 + geometry.L1Clusters; // after the header
    }

    /// <summary>Clusters given, from the first of the file on; final when the whole disk was given.</summary>
    internal long UsedClusters => Volatile.Read(ref _nextCluster);

    private int ClusterSize => _geometry.Options.ClusterSizeBytes;

    /// <summary>
    /// Finds room for data, up to where the file's room is not in one piece any more.
    /// </summary>
    /// <param name="offset">Where the data is on the disk.</param>
    /// <param name="length">How much.</param>
    /// <param name="complete">A table that this completes, to be written and disposed; else null.</param>
    /// <returns>Where in the file, and for how many of the bytes.</returns>
    internal (long HostOffset, int Length) PlaceData(long offset, int length, out Qcow2Table? complete)
    {
        lock (_gate)
        {
            var table = TableOf(offset);
            if (table.HostOffset == 0) table.HostOffset = AllocateCluster();
            var end = Math.Min(offset + length, (table.Index + 1L) * _geometry.TableBytes);
            var (host, at) = (0L, offset);
            while (at < end)
            {
                var cluster = table.GetCluster(at);
                var isNew = cluster == 0;
                if (isNew) cluster = _nextCluster * ClusterSize;
                var place = cluster + (at % ClusterSize);
                if (at == offset) host = place;
                else if (place != host + (at - offset)) break;
                if (isNew) table.SetCluster(at, AllocateCluster());
                var part = Math.Min(end - at, ClusterSize - (at % ClusterSize));
                table.MarkData(at, part);
                at += part;
            }

            complete = Cover(table, at - offset);
            return (host, (int)(at - offset));
        }
    }

    /// <summary>Notes zeroes or a hole within one table.</summary>
    /// <returns>How many of the bytes are noted: up to the end of a table.</returns>
    internal long PlaceNothing(long offset, long length, bool isZero, out Qcow2Table? complete)
    {
        lock (_gate)
        {
            var index = (int)(offset / _geometry.TableBytes);
            var part = Math.Min(length, ((index + 1L) * _geometry.TableBytes) - offset);
            complete = null;
            // A whole table of holes needs no table.
            if (!isZero && part == _geometry.BytesOf(index)) return part;
            var table = TableOf(offset);
            if (isZero && _geometry.Options.Version >= 3)
            {
                if (table.HostOffset == 0) table.HostOffset = AllocateCluster();
                for (var at = offset; at < offset + part;)
                {
                    var step = Math.Min(offset + part - at, ClusterSize - (at % ClusterSize));
                    table.MarkZero(at, step);
                    at += step;
                }
            }

            complete = Cover(table, part);
            return part;
        }
    }

    /// <summary>Fills a part of the L1 table that begins at entry <paramref name="first"/>.</summary>
    internal void WriteL1(int first, Span<byte> target)
    {
        target.Clear();
        for (var i = 0; i < target.Length / sizeof(ulong) && first + i < _l1.Length; i++)
            BinaryPrimitives.WriteUInt64BigEndian(target[(i * sizeof(ulong))..], _l1[first + i]);
    }

    public void Dispose()
    {
        foreach (var table in _tables.Values) table.Dispose();
    }

    private long AllocateCluster() => _nextCluster++ * ClusterSize;

    private Qcow2Table TableOf(long offset)
    {
        var index = (int)(offset / _geometry.TableBytes);
        if (!_tables.TryGetValue(index, out var table))
            _tables.Add(index, table = new Qcow2Table(_geometry, index));
        return table;
    }

    private Qcow2Table? Cover(Qcow2Table table, long length)
    {
        table.BytesLeft -= length;
        if (table.BytesLeft > 0) return null;
        _tables.Remove(table.Index);
        if (table.HostOffset == 0)
        {
            table.Dispose();
            return null;
        }

        _l1[table.Index] = (ulong)table.HostOffset | Qcow2Table.Copied;
        return table;
    }
}
