using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>A client that writes each byte itself, with extended headers: older programs do not have them.</summary>
internal sealed class RawClient(NetworkStream stream) : IAsyncDisposable
{
    internal const ushort Read = 0;
    internal const ushort BlockStatus = 7;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Asks for vda with its allocation.</summary>
    internal static async Task<RawClient> ConnectAsync(ServedScene scene)
    {
        var client = new RawClient(await scene.ConnectRawAsync());
        await client.TakeAsync(18);
        await client.SendAsync([0, 0, 0, 3]);
        Assert.Equal([1U], await client.ChooseAsync(11, []));
        Assert.Equal(
            [4U, 1U], await client.ChooseAsync(10, [.. Text("vda"), 0, 0, 0, 1, .. Text("base:allocation")]));
        Assert.Equal([3U, 3U, 3U, 3U, 1U], await client.ChooseAsync(7, [.. Text("vda"), 0, 0]));
        return client;
    }

    internal async Task RequestAsync(ushort command, ulong cookie, ulong offset, ulong length)
    {
        var bytes = new byte[32];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, 0x21e41c71);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), command);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), cookie);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), offset);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(24), length);
        await SendAsync(bytes);
    }

    /// <summary>One part of an answer.</summary>
    internal async Task<(bool IsLast, ushort Kind, ulong Cookie, byte[] Payload)> AnswerAsync()
    {
        var header = await TakeAsync(32);
        Assert.Equal(0x6e8a278cU, BinaryPrimitives.ReadUInt32BigEndian(header));
        return (
            (header[5] & 1) != 0,
            BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(6)),
            BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)),
            await TakeAsync(checked((int)BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(24)))));
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    /// <returns>The kinds of the answers.</returns>
    private async Task<List<uint>> ChooseAsync(uint option, byte[] data)
    {
        var header = new byte[16];
        "IHAVEOPT"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), option);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(12), data.Length);
        await SendAsync([.. header, .. data]);
        var kinds = new List<uint>();
        do
        {
            var reply = await TakeAsync(20);
            Assert.Equal(option, BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(8)));
            kinds.Add(BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(12)));
            await TakeAsync(BinaryPrimitives.ReadInt32BigEndian(reply.AsSpan(16)));
        }
        while (kinds[^1] is not 1 and < 0x8000_0000);
        return kinds;
    }

    private async Task SendAsync(byte[] bytes) => await stream.WriteAsync(bytes, Token);

    private async Task<byte[]> TakeAsync(int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, Token);
        return bytes;
    }

    private static byte[] Text(string text)
    {
        var bytes = new byte[4 + text.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, text.Length);
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(4));
        return bytes;
    }
}
