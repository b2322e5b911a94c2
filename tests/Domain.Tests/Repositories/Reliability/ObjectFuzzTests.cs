using System.Buffers.Binary;
using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Extents;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Maps;
using LibvirtBackup.Repositories.Packs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>
/// Packs, indexes, map nodes and dirty maps of any content, also such that a malicious hand gave right names and
/// hashes: read, or refused in words, without much memory.
/// </summary>
public sealed class ObjectFuzzTests
{
    private const int Trials = 10_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_index_of_any_content_under_its_right_name_is_read_or_refused()
    {
        var scene = new RepositoryScene(isEncrypted: false);
        var store = new RecordingBlobStore();
        using (var repository = await scene.CreateAsync(store, Token))
            await scene.BackUpAsync(repository, RepositoryScene.MakeDisk(4, seed: 3), parent: null, Token);
        var blobs = store.Blobs;
        var clean = Assert.Single(blobs.Keys, key => key.StartsWith(IndexFormat.Folder, StringComparison.Ordinal));
        var point = Assert.Single(scene.Begun);
        var random = new Random(1);
        var refused = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            var (key, content) = Reseal(Mutation.Of(blobs[clean], random), random);
            var changed = new RecordingBlobStore(blobs.Remove(clean).SetItem(key, content));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var repository = await scene.OpenAsync(changed, Token);
                var bytes = await RepositoryScene.RestoreAsync(repository, point, Token);
                scene.AssertRight(point, bytes, $"trial {trial}");
            }
            catch (BackupException e)
            {
                Assert.Equal(FailureKind.Integrity, e.Kind);
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * Units.MiB);
        }

        Assert.InRange(refused, Trials / 2, Trials);
    }

    [Fact]
    public void A_pack_table_of_any_content_under_its_right_name_is_read_or_refused()
    {
        var entries = Enumerable.Range(1, 5).Select(i => new PackEntry(
            ChunkId.Compute([(byte)i]), ChunkId.Compute([1, (byte)i]), Offset: 0, 100, 200, BlobCodec.Zstd));
        var end = new byte[PackFormat.TableLength(5)];
        PackFormat.WriteTable(end, [.. entries]);
        var header = new byte[PackFormat.HeaderLength];
        PackFormat.WriteHeader(header, default);
        var random = new Random(2);
        var (read, refused) = (0, 0);
        for (var trial = 0; trial < Trials; trial++)
        {
            var changed = Mutation.Of(end, random);
            if (changed.Length < PackFormat.TrailerLength) continue;
            var packLength = header.Length + 500 + changed.Length;
            try
            {
                var rows = PackFormat.ReadRowCount(changed.AsSpan()[^PackFormat.TrailerLength..], packLength);
                if (PackFormat.TableLength(rows) > changed.Length) continue;
                var table = changed.AsSpan()[^PackFormat.TableLength(rows)..];
                var pack = PackFormat.Read(PackFormat.IdOf(header, table), header, table, packLength);
                Assert.All(pack.Entries, entry => AssertInside(entry, packLength));
                read++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(read, 100, Trials);
        Assert.InRange(refused, 100, Trials);
    }

    [Fact]
    public void A_map_node_of_any_content_is_read_or_refused()
    {
        var random = new Random(3);
        var entries = new MapEntry[40];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = i % 3 == 0 ? MapEntry.Data(ChunkId.Compute([(byte)i])) : MapEntry.Zero;
        var node = MapNode.Encode(0, entries);
        AssertReadOrRefused(() =>
        {
            var changed = Mutation.Of(node, random);
            var read = new MapEntry[40];
            MapNode.Decode(changed, 0, read);
            // A node has one form: what is read says all that was there.
            Assert.Equal(changed, MapNode.Encode(0, read));
        });
    }

    [Fact]
    public void A_dirty_map_of_any_content_is_read_or_refused()
    {
        var random = new Random(4);
        var ranges = new RangeSet();
        for (var i = 0; i < 20; i++) ranges.Append(new ByteRange(i * 3_000_000L, 65536));
        var written = Assert.Single(RangeSetFormat.Write(ranges)).ToArray();
        AssertReadOrRefused(() =>
        {
            var end = 0L;
            foreach (var range in RangeSetFormat.Read(Mutation.Of(written, random)))
            {
                Assert.InRange(range.Offset, end, long.MaxValue);
                Assert.InRange(range.Length, 1, long.MaxValue - range.Offset);
                end = range.End;
            }
        });
    }

    private static void AssertInside(PackEntry entry, int packLength)
    {
        Assert.InRange(entry.StoredLength, 1, BlobLimits.StoredLength);
        Assert.InRange(entry.PlainLength, 1, BlobLimits.BlobLength);
        Assert.InRange(entry.Offset, PackFormat.HeaderLength, packLength - entry.StoredLength);
    }

    /// <summary>Reads again and again; some of it must have been read, and some refused in words.</summary>
    private static void AssertReadOrRefused(Action read)
    {
        var refused = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            try
            {
                read();
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, Trials / 10, Trials * 9 / 10);
    }

    /// <summary>Gives an index the name and, mostly, the hashes of its blocks that it should have.</summary>
    private static (string Key, byte[] Content) Reseal(byte[] index, Random random)
    {
        var tables = index.Length;
        if (index.Length >= IndexFormat.HeaderLength && random.Next(4) > 0)
        {
            var packs = BinaryPrimitives.ReadInt32LittleEndian(index.AsSpan(8));
            var entries = BinaryPrimitives.ReadInt32LittleEndian(index.AsSpan(12));
            var rowsAt = IndexFormat.HeaderLength + ((long)packs * IndexFormat.PackLength);
            var entriesAt = rowsAt + IndexFormat.BlockRowLength;
            if (packs >= 0 && entries is > 0 and <= IndexFormat.EntriesPerBlock && entriesAt + 8 <= index.Length)
            {
                IndexFormat.WriteBlockRow(index.AsSpan((int)rowsAt), index.AsSpan((int)entriesAt));
                tables = (int)entriesAt;
            }
        }

        return (IndexFormat.KeyOf(ChunkId.Compute(index.AsSpan(0, tables))), index);
    }
}
