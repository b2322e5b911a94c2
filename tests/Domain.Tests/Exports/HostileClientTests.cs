using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>Clients that nobody wants: the server goes on serving the others.</summary>
public sealed class HostileClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

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
        await using var client = await scene.ConnectSimpleAsync();

        await client.WriteAsync(NbdBytes.Request(command: 0, offset, length), Token);
        Assert.Equal(22U, await ReadErrorAsync(client));
        await client.WriteAsync(NbdBytes.Request(command: 0, 0, 512), Token);
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
        await using var client = await scene.ConnectSimpleAsync();

        await client.WriteAsync(NbdBytes.Request(command, 0, 4096), Token);
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
        await using var greedy = await scene.ConnectSimpleAsync();
        for (var i = 0; i < 64; i++) await greedy.WriteAsync(NbdBytes.Request(command: 0, 0, 3_000_000), Token);

        await scene.AssertStillServesAsync(); // in the place of the silent one
    }

    [Fact]
    public async Task Where_all_places_are_taken_clients_are_told_and_those_that_have_one_keep_it()
    {
        await using var scene = await ServedScene.StartAsync(options => options with
        {
            MostClients = 1, HandshakeTimeout = TimeSpan.FromSeconds(2),
        });
        await using (var idle = await scene.ConnectSimpleAsync())
        {
            var (exitCode, _, told) = await Tools.RunAsync("nbdinfo", "--size", scene.Uri);
            Assert.NotEqual(0, exitCode);
            Assert.Contains("server policy prevents NBD_OPT_GO", told, StringComparison.Ordinal);
            Assert.Equal(1, scene.Server.Clients);
            await idle.WriteAsync(NbdBytes.Request(command: 0, 0, 512), Token);
            Assert.Equal(0U, await ReadErrorAsync(idle));
        }

        await scene.AssertStillServesAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_crowd_that_says_nothing_keeps_nobody_from_a_place()
    {
        await using var scene = await ServedScene.StartAsync(options => options with { MostClients = 1 });
        var crowd = new List<NetworkStream>();
        for (var i = 0; i < 60; i++) crowd.Add(await scene.ConnectRawAsync());
        await scene.AssertStillServesAsync();
        // It gives its place back when the server has seen that it is gone.
        while (scene.Server.Clients > 0) await Task.Delay(10, Token);
        foreach (var one in crowd) await one.DisposeAsync();
    }

    [Fact]
    public async Task A_client_of_tcp_is_asked_whether_it_lives_after_a_minute()
    {
        await using var scene = await ServedScene.StartAsync(
            options => options with { Address = new IPEndPoint(IPAddress.Loopback, 0) });
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(scene.Server.Address, Token);
        await using var client = new NetworkStream(socket);
        await client.ReadExactlyAsync(new byte[18], Token);

        // The server's end: local port, state 01 (established), timer 02 (keepalive) and when, in hundredths.
        var port = $":{((IPEndPoint)scene.Server.Address).Port:X4}";
        var fields = (await File.ReadAllLinesAsync("/proc/net/tcp", Token)).Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Single(line => line[1].EndsWith(port, StringComparison.Ordinal) && line[3] == "01");
        Assert.StartsWith("02:", fields[5], StringComparison.Ordinal);
        Assert.InRange(Convert.ToInt64(fields[5][3..], 16), 1, 6100);
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
