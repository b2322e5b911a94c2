using System.Buffers.Binary;
using System.Net.Sockets;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Tests.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

/// <summary>
/// A server that negotiates properly and then answers as the test says, against the protocol where it likes. Contexts
/// get the ids 1, 2, ... in the order in which they were asked for.
/// </summary>
internal sealed class ScriptedNbdServer : IAsyncDisposable
{
    private const long Size = 1 << 20;

    private readonly TemporaryDirectory _directory = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<ScriptedRequest, byte[]?> _answer;
    private readonly Task _serving;

    /// <summary>Starts it.</summary>
    /// <param name="answer">The bytes to answer a request with; null to hang up.</param>
    public ScriptedNbdServer(Func<ScriptedRequest, byte[]?> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(_directory.File("socket")));
        _listener.Listen();
        _serving = Task.Run(ServeAsync);
    }

    public NbdEndpoint Endpoint => new NbdEndpoint.UnixSocket(_directory.File("socket"), "vda");

    public Task<NbdConnection> ConnectAsync(params string[] contexts) => NbdConnection.ConnectAsync(
        Endpoint, new NbdConnectionOptions { MetaContexts = contexts }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
        _directory.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using Socket socket = await _listener.AcceptAsync();
                await using var stream = new NetworkStream(socket);
                try
                {
                    await NegotiateAsync(stream);
                    await AnswerAsync(stream);
                }
                catch (IOException)
                {
                    // The client hung up: the next one, please.
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task NegotiateAsync(NetworkStream stream)
    {
        const ulong optionMagic = 0x49484156454F5054;
        await stream.WriteAsync(Wire.Bytes("NBDMAGIC"u8.ToArray(), optionMagic, (ushort)3));
        await ReadAsync(stream, 4);
        while (true)
        {
            byte[] header = await ReadAsync(stream, 16);
            uint option = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
            byte[] data = await ReadAsync(stream, BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(12)));
            switch (option)
            {
                case 7: // GO
                    await stream.WriteAsync(Reply(option, 3, (ushort)0, (ulong)Size, (ushort)(1 | 8)));
                    await stream.WriteAsync(Reply(option, 1));
                    return;
                case 8: // STRUCTURED_REPLY
                    await stream.WriteAsync(Reply(option, 1));
                    break;
                case 10: // SET_META_CONTEXT
                    uint id = 1;
                    foreach (byte[] name in ContextNames(data))
                        await stream.WriteAsync(Reply(option, 4, id++, name));
                    await stream.WriteAsync(Reply(option, 1));
                    break;
                default:
                    await stream.WriteAsync(Reply(option, 0x80000001));
                    break;
            }
        }
    }

    private static byte[] Reply(uint option, uint type, params object[] payload)
    {
        byte[] content = Wire.Bytes(payload);
        return Wire.Bytes(0x3e889045565a9ul, option, type, (uint)content.Length, content);
    }

    private static IEnumerable<byte[]> ContextNames(byte[] data)
    {
        int at = 4 + BinaryPrimitives.ReadInt32BigEndian(data);
        int count = BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(at));
        at += 4;
        for (int i = 0; i < count; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(at));
            yield return data[(at + 4)..(at + 4 + length)];
            at += 4 + length;
        }
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream, int length)
    {
        byte[] data = new byte[length];
        await stream.ReadExactlyAsync(data);
        return data;
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        while (true)
        {
            byte[] header = await ReadAsync(stream, 28);
            var request = new ScriptedRequest(
                BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(6)),
                BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)),
                BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(16)),
                BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(24)));
            if (request.Type == ScriptedRequest.Disconnect || _answer(request) is not { } answer)
                return;
            await stream.WriteAsync(answer);
        }
    }
}
