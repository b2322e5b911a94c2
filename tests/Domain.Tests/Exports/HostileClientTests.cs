using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>Clients that nobody wants: the server goes on serving the others.</summary>
public sealed class HostileClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Random_bytes_at_any_time_end_at_most_the_connection()
    {
        await using var scene = await ServedScene.StartAsync(
            options => options with { HandshakeTimeout = TimeSpan.FromMilliseconds(200) });
        // Another one in each run; the failure names it.
        var seed = Environment.GetEnvironmentVariable("LVB_FUZZ_SEED") is { Length: > 0 } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"LVB_FUZZ_SEED={seed}");
        TestContext.Current.AddAttachment("seed", $"LVB_FUZZ_SEED={seed}");
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var session = Session(random);
            for (var flips = random.Next(4); flips > 0; flips--)
                session[random.Next(session.Length)] ^= (byte)(1 << random.Next(8));
            var length = random.Next(2) == 0 ? session.Length : random.Next(session.Length);
            await SendAsync(scene, session.AsMemory(0, length));
        }

        await scene.AssertStillServesAsync();
    }

    [Theory]
    [InlineData(0UL, 0U)]
    [InlineData(0UL, uint.MaxValue)]
    [InlineData(ulong.MaxValue, 1U)]
    [InlineData(ulong.MaxValue - 10, 4096U)]
    [InlineData(3_146_240UL, 1U)]
    [InlineData(3_146_239UL, 2U)]
    public async Task A_read_outside_the_disk_is_refused_and_the_connection_stays(ulong offset, uint length)
    {
        await using var scene = await ServedScene.StartAsync();
        await using var client = await SimpleAsync(scene);

        await client.WriteAsync(Request(command: 0, offset, length), Token);
        Assert.Equal(22U, await ReadErrorAsync(client));
        await client.WriteAsync(Request(command: 0, 0, 512), Token);
        Assert.Equal(0U, await ReadErrorAsync(client));
        var bytes = new byte[512];
        await client.ReadExactlyAsync(bytes, Token);
        Assert.Equal(scene.Disk.Bytes[..512], bytes);
    }

    [Theory]
    [InlineData(1, 1U)]
    [InlineData(4, 1U)]
    [InlineData(6, 1U)]
    [InlineData(7, 22U)]
    [InlineData(99, 22U)]
    public async Task What_would_change_the_disk_and_what_nobody_knows_is_refused(ushort command, uint error)
    {
        await using var scene = await ServedScene.StartAsync();
        await using var client = await SimpleAsync(scene);

        await client.WriteAsync(Request(command, 0, 4096), Token);
        if (command == 1) await client.WriteAsync(new byte[4096], Token);

        Assert.Equal(error, await ReadErrorAsync(client));
        await scene.AssertStillServesAsync();
    }

    [Fact]
    public async Task Clients_that_say_nothing_or_take_nothing_do_not_keep_others_out_for_long()
    {
        await using var scene = await ServedScene.StartAsync(options => options with
        {
            MostClients = 2, HandshakeTimeout = TimeSpan.FromMilliseconds(200),
        });
        await using var silent = await scene.ConnectRawAsync();
        await using var greedy = await SimpleAsync(scene);
        for (var i = 0; i < 64; i++) await greedy.WriteAsync(Request(command: 0, 0, 3_000_000), Token);

        await scene.AssertStillServesAsync(); // in the place of the silent one
    }

    [Fact]
    public async Task Clients_that_ask_for_much_and_take_nothing_get_a_bounded_amount_of_memory()
    {
        const int clients = 8;
        await using var scene = await ServedScene.StartAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var greedy = new List<NetworkStream>();
        for (var i = 0; i < clients; i++)
        {
            greedy.Add(await SimpleAsync(scene));
            // 1.5 GB over all, in requests that fit what the kernel keeps for a server that does not read.
            for (var k = 0; k < 64; k++) await greedy[i].WriteAsync(Request(command: 0, 0, 3_000_000), Token);
        }

        // One that comes after them is served: the others have what they will get.
        await scene.AssertStillServesAsync();
        var more = GC.GetTotalMemory(forceFullCollection: false) - before;
        foreach (var client in greedy) await client.DisposeAsync();

        Assert.True(more < clients * 16L * 1024 * 1024, $"{more} bytes more");
    }

    private static async Task SendAsync(ServedScene scene, ReadOnlyMemory<byte> bytes)
    {
        await using var client = await scene.ConnectRawAsync();
        try
        {
            await client.WriteAsync(bytes, Token);
            client.Socket.Shutdown(SocketShutdown.Send);
            await client.CopyToAsync(Stream.Null, Token);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // The server had enough.
        }
    }

    /// <summary>A whole session: options of many kinds, and requests.</summary>
    private static byte[] Session(Random random)
    {
        using var bytes = new MemoryStream();
        bytes.Write([0, 0, 0, 3]);
        if (random.Next(2) == 0) Option(bytes, random.Next(2) == 0 ? 8U : 11U, []);
        if (random.Next(2) == 0) Option(bytes, 3, []);
        if (random.Next(2) == 0) Option(bytes, 10, [.. Text("vda"), 0, 0, 0, 1, .. Text("base:allocation")]);
        Option(bytes, 7, [.. Text("vda"), 0, 0]);
        for (var i = random.Next(6); i > 0; i--)
            bytes.Write(Request((ushort)random.Next(9), (ulong)random.Next(4_000_000), (uint)random.Next(100_000)));
        bytes.Write(Request(command: 2, 0, 0));
        return bytes.ToArray();
    }

    private static byte[] Text(string text)
    {
        var bytes = new byte[4 + text.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, text.Length);
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(4));
        return bytes;
    }

    private static void Option(Stream target, uint option, ReadOnlySpan<byte> data)
    {
        var header = new byte[16];
        "IHAVEOPT"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), option);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(12), data.Length);
        target.Write(header);
        target.Write(data);
    }

    private static byte[] Request(ushort command, ulong offset, uint length)
    {
        var bytes = new byte[28];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, 0x25609513);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), command);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), 42);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), offset);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(24), length);
        return bytes;
    }

    /// <summary>A client of the oldest kind: an export by name, replies without parts.</summary>
    private static async Task<NetworkStream> SimpleAsync(ServedScene scene)
    {
        var client = await scene.ConnectRawAsync();
        await client.ReadExactlyAsync(new byte[18], Token);
        using var hello = new MemoryStream();
        hello.Write([0, 0, 0, 3]);
        Option(hello, 1, "vda"u8);
        await client.WriteAsync(hello.ToArray(), Token);
        await client.ReadExactlyAsync(new byte[10], Token);
        return client;
    }

    private static async Task<uint> ReadErrorAsync(NetworkStream client)
    {
        var reply = new byte[16];
        await client.ReadExactlyAsync(reply, Token);
        Assert.Equal(0x67446698U, BinaryPrimitives.ReadUInt32BigEndian(reply));
        Assert.Equal(42UL, BinaryPrimitives.ReadUInt64BigEndian(reply.AsSpan(8)));
        return BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(4));
    }
}
