using System.Buffers.Binary;
using System.Net.Sockets;
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
        byte[] allocation = [.. NbdBytes.Text("vda"), 0, 0, 0, 1, .. NbdBytes.Text("base:allocation")];
        Assert.Equal([4U, 1U], await client.ChooseAsync(10, allocation));
        Assert.Equal([3U, 3U, 3U, 3U, 1U], await client.ChooseAsync(7, [.. NbdBytes.Text("vda"), 0, 0]));
        return client;
    }

    internal Task RequestAsync(ushort command, ulong cookie, ulong offset, ulong length) =>
        SendAsync(NbdBytes.ExtendedRequest(command, offset, length, cookie: cookie));

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
        await SendAsync(NbdBytes.Option(option, data));
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
}
