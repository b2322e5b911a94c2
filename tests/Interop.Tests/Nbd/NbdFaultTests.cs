using System.Net.Sockets;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Interop.Tests.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

public sealed class NbdFaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_server_fails_everything_in_flight_and_everything_later()
    {
        using NbdServer server = NbdServer.Nbdkit(
            "--filter=delay", "memory", "1M", "delay-read=60", "delay-extents=60");
        await using NbdConnection connection = await server.ConnectAsync("base:allocation");
        NativeBuffer[] buffers = [.. Enumerable.Range(0, 10).Select(_ => NativeBufferPool.Shared.Rent(4096))];
        Task[] pending =
        [
            .. buffers.Select(buffer => connection.ReadAsync(0, buffer, Token).AsTask()),
            .. Enumerable.Range(0, 3).Select(_ => connection.GetBlockStatusAsync(0, 4096, Token)),
        ];
        await connection.WriteAsync(0, new byte[1], Token); // so the reads are on their way
        Assert.All(pending, task => Assert.False(task.IsCompleted));
        server.Kill();
        foreach (Task task in pending)
        {
            NbdException e = await Assert.ThrowsAsync<NbdException>(
                () => task.WaitAsync(TimeSpan.FromSeconds(20), Token));
            Assert.True(e.IsConnectionLost);
            Assert.Contains(server.SocketPath, e.Message, StringComparison.Ordinal);
        }

        NbdException later = await Assert.ThrowsAsync<NbdException>(() => connection.FlushAsync(Token).AsTask());
        Assert.True(later.IsConnectionLost);
        Assert.Equal(0, connection.InFlight);
        Array.ForEach(buffers, buffer => buffer.Dispose());
    }

    /// <summary>A request may come between the goodbye and the moment when it is seen.</summary>
    [Fact]
    public async Task A_server_that_hangs_up_while_requests_are_made_is_lost_for_each_of_them()
    {
        const int rounds = 200;
        await using var server = new ScriptedNbdServer(_ => null);
        for (int round = 0; round < rounds; round++)
        {
            await using NbdConnection connection = await server.ConnectAsync();
            await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
                async () =>
                {
                    Thread.SpinWait(i * round);
                    NbdException e = await Assert.ThrowsAsync<NbdException>(
                        () => connection.ReadAsync(0, new byte[512], Token).AsTask());
                    Assert.True(e.IsConnectionLost, e.Message);
                },
                Token)));
        }
    }

    [Fact]
    public async Task A_server_killed_under_large_writes_fails_them_all()
    {
        using NbdServer server = NbdServer.Nbdkit("--filter=rate", "memory", "64M", "connection-rate=8M");
        await using NbdConnection connection = await server.ConnectAsync();
        using NativeBuffer buffer = NativeBufferPool.Shared.Rent(16 << 20);
        Task[] writes = [.. Enumerable.Range(0, 4).Select(_ => connection.WriteAsync(0, buffer, Token).AsTask())];
        await Task.Delay(300, Token);
        server.Kill();
        foreach (Task write in writes)
        {
            NbdException e = await Assert.ThrowsAsync<NbdException>(
                () => write.WaitAsync(TimeSpan.FromSeconds(20), Token));
            Assert.True(e.IsConnectionLost, e.Message);
        }
    }

    [Fact]
    public async Task Closing_fails_what_is_in_flight_and_gives_the_buffers_back()
    {
        using NbdServer server = NbdServer.Nbdkit("--filter=delay", "memory", "1M", "delay-read=60");
        NbdConnection connection = await server.ConnectAsync();
        using var pool = new NativeBufferPool();
        NativeBuffer buffer = pool.Rent(4096);
        nint address = Address(buffer);
        Task read = connection.ReadAsync(0, buffer, Token).AsTask();
        buffer.Dispose();
        using (NativeBuffer other = pool.Rent(4096))
            Assert.NotEqual(address, Address(other));
        await connection.DisposeAsync();
        NbdException e = await Assert.ThrowsAsync<NbdException>(() => read);
        Assert.Equal((Errno.Shutdown, true), (e.Errno, e.IsConnectionLost));
        using NativeBuffer first = pool.Rent(4096);
        using NativeBuffer second = pool.Rent(4096);
        Assert.Contains(address, new[] { Address(first), Address(second) });
    }

    [Fact]
    public async Task Memory_of_a_cancelled_read_is_not_used_again_before_the_late_answer()
    {
        using var gate = new TemporaryDirectory();
        var (begun, open) = (new FileInfo(gate.File("begun")), gate.File("open"));
        using NbdServer server = NbdServer.Nbdkit(
            "eval", "thread_model=echo parallel", "get_size=echo 1M",
            $"pread=echo >>'{begun}'; until [ -e '{open}' ]; do sleep 0.01; done; head -c $3 /dev/zero");
        await using NbdConnection connection = await server.ConnectAsync();
        using var pool = new NativeBufferPool();
        using var source = new CancellationTokenSource();
        NativeBuffer buffer = pool.Rent(65536);
        nint address = Address(buffer);
        byte[] managed = new byte[65536];
        Array.Fill(managed, (byte)0xAA);
        Task read = connection.ReadAsync(0, buffer, source.Token).AsTask();
        Task managedRead = connection.ReadAsync(0, managed, source.Token).AsTask();
        Assert.True(SpinWait.SpinUntil(() => CountLines() == 2, TimeSpan.FromSeconds(20)));
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => managedRead);
        Assert.Equal(2, connection.InFlight);
        buffer.Dispose();

        NativeBuffer[] others = [.. Enumerable.Range(0, 8).Select(_ => pool.Rent(65536))];
        Assert.All(others, other => Assert.NotEqual(address, Address(other)));
        Array.ForEach(others, other => other.Span.Fill(0xBB));
        await File.WriteAllTextAsync(open, "", Token);
        Assert.True(SpinWait.SpinUntil(() => connection.InFlight == 0, TimeSpan.FromSeconds(20)));
        Assert.All(others, other => Assert.Equal(-1, other.Span.IndexOfAnyExcept((byte)0xBB)));
        Assert.Equal(-1, managed.AsSpan().IndexOfAnyExcept((byte)0xAA));
        using NativeBuffer again = pool.Rent(65536);
        Assert.Equal(address, Address(again)); // the late answer came, and now it is free
        Array.ForEach(others, other => other.Dispose());

        long CountLines()
        {
            begun.Refresh();
            return begun.Exists ? begun.Length : 0;
        }
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_after_the_timeout()
    {
        using var directory = new TemporaryDirectory();
        using Socket silent = Listen(directory.File("socket"));
        var options = new NbdConnectionOptions { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        NbdException e = await Assert.ThrowsAsync<NbdException>(() => NbdConnection.ConnectAsync(
            new NbdEndpoint.UnixSocket(directory.File("socket"), "vda"), options, Token));
        Assert.Equal(Errno.TimedOut, e.Errno);
        Assert.Contains("0.2 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connecting_can_be_cancelled_and_closes_the_socket()
    {
        using var directory = new TemporaryDirectory();
        using Socket silent = Listen(directory.File("socket"));
        using var source = new CancellationTokenSource();
        Task<NbdConnection> connecting = NbdConnection.ConnectAsync(
            new NbdEndpoint.UnixSocket(directory.File("socket"), "vda"), new NbdConnectionOptions(), source.Token);
        using Socket server = await silent.AcceptAsync(Token);
        await source.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        Assert.Equal(source.Token, e.CancellationToken);
        Assert.Equal(
            0, await server.ReceiveAsync(new byte[100], Token).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Token));
    }

    [Fact]
    public async Task A_server_that_hangs_up_or_talks_nonsense_is_an_error()
    {
        using var directory = new TemporaryDirectory();
        using Socket silent = Listen(directory.File("socket"));
        var endpoint = new NbdEndpoint.UnixSocket(directory.File("socket"), "vda");
        foreach (byte[] answer in new byte[][] { [], "this is no NBD server at all, dear client"u8.ToArray() })
        {
            Task<NbdConnection> connecting = NbdConnection.ConnectAsync(endpoint, new NbdConnectionOptions(), Token);
            using (Socket server = await silent.AcceptAsync(Token))
                await server.SendAsync(answer, Token);
            NbdException e = await Assert.ThrowsAsync<NbdException>(() => connecting);
            Assert.Contains(directory.Path, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_request_that_is_cancelled_before_it_begins_is_not_sent()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "1M");
        await using NbdConnection connection = await server.ConnectAsync();
        var canceled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => connection.WriteAsync(0, new byte[] { 1 }, canceled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.FlushAsync(canceled).AsTask());
        byte[] back = new byte[1];
        await connection.ReadAsync(0, back, Token);
        Assert.Equal(0, back[0]);
    }

    [Fact]
    public async Task A_name_with_a_NUL_and_a_port_out_of_range_are_refused()
    {
        NbdEndpoint[] endpoints =
        [
            new NbdEndpoint.UnixSocket("/tmp/x", "vda\0b"), new NbdEndpoint.Uri("nbd://\0"),
            new NbdEndpoint.Tcp("localhost", 65536, "vda"),
        ];
        foreach (NbdEndpoint endpoint in endpoints)
        {
            await Assert.ThrowsAsync<ArgumentException>(
                () => NbdConnection.ConnectAsync(endpoint, new NbdConnectionOptions(), Token));
        }
    }

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    private static unsafe nint Address(NativeBuffer buffer) => (nint)buffer.Pointer;
}
