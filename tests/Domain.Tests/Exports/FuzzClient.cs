using System.Buffers.Binary;
using System.Net.Sockets;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>A client that keeps to the form of what it sends, and reads all answers of a dialect.</summary>
/// <param name="stream">The connection.</param>
/// <param name="dialect">The option that chose it: 0 simple, 8 structured, 11 extended.</param>
internal sealed class FuzzClient(NetworkStream stream, uint dialect) : IAsyncDisposable
{
    /// <summary>Answers of which not all parts are here: those of several questions may be mixed.</summary>
    private readonly Dictionary<ulong, (uint Error, List<(ulong, byte[]?, uint)> Pieces)> _begun = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<FuzzClient> ConnectAsync(ServedScene scene, uint dialect)
    {
        var client = new FuzzClient(await scene.ConnectRawAsync(), dialect);
        await client.TakeAsync(18);
        byte[] choice = dialect == 0 ? [] : NbdBytes.Option(dialect, []);
        await client.SendAsync([0, 0, 0, 3, .. choice, .. NbdBytes.Option(7, [.. NbdBytes.Text("vda"), 0, 0])]);
        for (var option = 0U; option != 7;)
        {
            var reply = await client.TakeAsync(20);
            await client.TakeAsync(BinaryPrimitives.ReadInt32BigEndian(reply.AsSpan(16)));
            if (BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(12)) == 1)
                option = BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(8));
        }

        return client;
    }

    internal Task AskAsync(ushort command, ulong offset, ulong length, ushort flags, ulong cookie) => SendAsync(
        dialect == 11
            ? NbdBytes.ExtendedRequest(command, offset, length, flags, cookie)
            : NbdBytes.Request(command, offset, (uint)length, flags, cookie));

    /// <summary>The next whole answer.</summary>
    /// <param name="rangeOf">What a question was for: simple answers do not say it.</param>
    internal async Task<(ulong Cookie, uint Error, List<(ulong Offset, byte[]? Data, uint Length)> Pieces)> AnswerAsync(
        Func<ulong, (ulong Offset, int Length)> rangeOf)
    {
        if (dialect == 0)
        {
            var header = await TakeAsync(16);
            Assert.Equal(0x67446698U, BinaryPrimitives.ReadUInt32BigEndian(header));
            var error = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
            var cookie = BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8));
            var pieces = new List<(ulong, byte[]?, uint)>();
            if (error == 0 && rangeOf(cookie) is (var start, > 0 and var length))
                pieces.Add((start, await TakeAsync(length), (uint)length));
            return (cookie, error, pieces);
        }

        while (true)
        {
            var (isLast, kind, cookie, payload) = await PartAsync();
            if (!_begun.Remove(cookie, out var begun)) begun = (0, []);
            var (failed, pieces) = begun;
            var offset = payload.Length >= 8 ? BinaryPrimitives.ReadUInt64BigEndian(payload) : 0;
            if (kind == 1) pieces.Add((offset, payload[8..], (uint)payload.Length - 8));
            if (kind == 2) pieces.Add((offset, null, BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(8))));
            if (kind > 0x8000) failed = BinaryPrimitives.ReadUInt32BigEndian(payload);
            if (isLast) return (cookie, failed, pieces);
            _begun[cookie] = (failed, pieces);
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<(bool IsLast, ushort Kind, ulong Cookie, byte[] Payload)> PartAsync()
    {
        var header = await TakeAsync(dialect == 11 ? 32 : 20);
        Assert.Equal(dialect == 11 ? 0x6e8a278cU : 0x668e33efU, BinaryPrimitives.ReadUInt32BigEndian(header));
        var length = dialect == 11
            ? BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(24))
            : BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(16));
        Assert.InRange(length, 0UL, 33UL * 1024 * 1024);
        return (
            (header[5] & 1) != 0, BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(6)),
            BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)), await TakeAsync((int)length));
    }

    private async Task SendAsync(byte[] bytes) => await stream.WriteAsync(bytes, Token);

    private async Task<byte[]> TakeAsync(int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, Token);
        return bytes;
    }
}
