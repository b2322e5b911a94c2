using System.Buffers.Binary;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>Requests and answers with 64-bit lengths.</summary>
public sealed class ExtendedHeadersTests
{
    [Fact]
    public async Task A_read_and_a_question_for_the_whole_disk_are_answered_in_parts_of_the_extended_kind()
    {
        await using var scene = await ServedScene.StartAsync();
        await using var client = await RawClient.ConnectAsync(scene);
        var size = (ulong)scene.Disk.SizeBytes;

        await client.RequestAsync(RawClient.Read, 5, 0, size);
        var bytes = new byte[scene.Disk.SizeBytes];
        for (var isLast = false; !isLast;)
        {
            (isLast, var kind, var cookie, var payload) = await client.AnswerAsync();
            Assert.Equal(5UL, cookie);
            Assert.Contains(kind, (ushort[])[1, 2]); // data, or a hole
            var at = (int)BinaryPrimitives.ReadUInt64BigEndian(payload);
            if (kind == 1) payload.AsSpan(8).CopyTo(bytes.AsSpan(at));
        }

        Assert.Equal(scene.Disk.Bytes, bytes);

        await client.RequestAsync(RawClient.BlockStatus, 6, 1 << 20, ulong.MaxValue);
        Assert.Equal((true, (ushort)0x8001, 6UL), await KindAsync(client)); // outside: refused, and the client stays
        await client.RequestAsync(RawClient.BlockStatus, 7, 1 << 20, size - (1 << 20));
        var (_, status, _, extents) = await client.AnswerAsync();
        Assert.Equal(6, status);
        Assert.Equal(4U, BinaryPrimitives.ReadUInt32BigEndian(extents.AsSpan(4)));
        Assert.Equal(786_432UL, BinaryPrimitives.ReadUInt64BigEndian(extents.AsSpan(8)));
        Assert.Equal(3UL, BinaryPrimitives.ReadUInt64BigEndian(extents.AsSpan(16)));
    }

    [Fact]
    public async Task Small_reads_of_what_is_in_memory_are_answered_with_their_cookies()
    {
        await using var scene = await ServedScene.StartAsync();
        await using var client = await RawClient.ConnectAsync(scene);

        for (var round = 0; round < 2; round++)
        {
            for (var i = 0UL; i < 100; i++) await client.RequestAsync(RawClient.Read, i, i * 5000, 4096);
            var seen = new HashSet<ulong>();
            for (var i = 0; i < 100; i++)
            {
                var (isLast, kind, cookie, payload) = await client.AnswerAsync();
                Assert.Equal((true, (ushort)1), (isLast, kind));
                Assert.Equal(cookie * 5000, BinaryPrimitives.ReadUInt64BigEndian(payload));
                Assert.Equal(scene.Disk.Bytes.AsSpan((int)cookie * 5000, 4096), payload.AsSpan(8));
                Assert.True(seen.Add(cookie));
            }
        }
    }

    private static async Task<(bool, ushort, ulong)> KindAsync(RawClient client)
    {
        var (isLast, kind, cookie, _) = await client.AnswerAsync();
        return (isLast, kind, cookie);
    }
}
