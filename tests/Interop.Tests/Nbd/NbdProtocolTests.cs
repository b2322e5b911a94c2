using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

public sealed class NbdProtocolTests
{
    private const string Allocation = "base:allocation";
    private const string Bitmap = "qemu:dirty-bitmap:b0";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Extents_beyond_the_request_are_clipped_and_neighbours_joined()
    {
        NbdBlockStatus status = await AskAsync(request =>
            [.. request.Extents(false, 1, 4096, 0, 4096, 0, 500_000, 3), .. request.Extents(true, 2, 600_000, 1)]);
        Assert.Equal((65536L, 65536L), (status.Offset, status.Length));
        Assert.Equal([new NbdExtent(8192, 0), new NbdExtent(57344, 3)], status.GetExtents(Allocation).ToArray());
        Assert.Equal([new NbdExtent(65536, 1)], status.GetExtents(Bitmap).ToArray());
    }

    [Fact]
    public async Task The_context_with_the_least_says_how_much_is_known()
    {
        NbdBlockStatus status = await AskAsync(request =>
            [.. request.Extents(false, 2, 512, 1, 512, 0), .. request.Extents(true, 1, 4096, 0, 61440, 3)]);
        Assert.Equal(1024, status.Length);
        Assert.Equal([new NbdExtent(1024, 0)], status.GetExtents(Allocation).ToArray());
        Assert.Equal([new NbdExtent(512, 1), new NbdExtent(512, 0)], status.GetExtents(Bitmap).ToArray());
    }

    [Fact]
    public Task A_context_without_extents_is_an_error() =>
        AssertFaultAsync(request => request.Extents(true, 1, 65536, 0));

    [Fact]
    public Task A_context_that_comes_twice_is_an_error() =>
        AssertFaultAsync(request =>
            [
                .. request.Extents(false, 1, 4096, 0),
                .. request.Extents(false, 2, 4096, 0),
                .. request.Extents(true, 1, 4096, 0),
            ]);

    [Fact]
    public Task Empty_extents_are_an_error_and_no_endless_loop() =>
        AssertFaultAsync(request => [.. request.Extents(false, 1, 0, 0), .. request.Extents(true, 2, 0, 1)]);

    [Fact]
    public Task A_context_that_was_not_negotiated_is_an_error() =>
        AssertFaultAsync(request => request.Extents(true, 77, 65536, 0));

    [Fact]
    public async Task A_reply_that_is_shorter_than_the_read_is_an_error()
    {
        await using var server = new ScriptedNbdServer(request => request.Data(true, request.Offset, new byte[256]));
        await using NbdConnection connection = await server.ConnectAsync();
        using NativeBuffer buffer = NativeBufferPool.Shared.Rent(512);
        NbdException e = await Assert.ThrowsAsync<NbdException>(() => connection.ReadAsync(0, buffer, Token).AsTask());
        Assert.Contains(e.Errno, new[] { Errno.Io, Errno.Protocol }); // libnbd 1.14 says the first, newer the second
    }

    [Theory]
    [InlineData(-4096)]
    [InlineData(4096)]
    [InlineData(500)]
    public async Task Data_outside_the_read_never_reaches_memory_outside_the_buffer(int shift)
    {
        byte[] poison = new byte[512];
        Array.Fill(poison, (byte)0xEE);
        await using var server = new ScriptedNbdServer(request => request.Data(true, request.Offset + shift, poison));
        await using NbdConnection connection = await server.ConnectAsync();
        using NativeBuffer buffer = NativeBufferPool.Shared.Rent(16384);
        buffer.Span.Fill(0xAA);
        await Assert.ThrowsAsync<NbdException>(() => connection.ReadAsync(8192, buffer, 8192, 512, Token).AsTask());
        Assert.Equal(-1, buffer.Span[..8192].IndexOfAnyExcept((byte)0xAA));
        Assert.Equal(-1, buffer.Span[8704..].IndexOfAnyExcept((byte)0xAA));
    }

    [Fact]
    public async Task Answers_in_another_order_reach_the_right_requests()
    {
        List<ScriptedRequest> waiting = [];
        await using var server = new ScriptedNbdServer(request =>
        {
            waiting.Add(request);
            return waiting.Count < 16 ? [] : Wire.Bytes([.. Enumerable.Reverse(waiting).Select(
                r => (object)r.Data(true, r.Offset, Wire.Bytes((ulong)r.Offset)))]);
        });
        await using NbdConnection connection = await server.ConnectAsync();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            byte[] data = new byte[8];
            await connection.ReadAsync(i * 512L, data, Token);
            Assert.Equal(Wire.Bytes((ulong)(i * 512)), data);
        }));
    }

    [Fact]
    public async Task A_server_that_hangs_up_in_the_middle_of_an_answer_loses_the_connection()
    {
        int count = 0;
        await using var server = new ScriptedNbdServer(
            request => count++ == 0 ? request.Data(true, request.Offset, new byte[512])[..100] : null);
        await using NbdConnection connection = await server.ConnectAsync();
        Task first = connection.ReadAsync(0, new byte[512], Token).AsTask();
        Task second = connection.ReadAsync(512, new byte[512], Token).AsTask();
        Assert.True((await Assert.ThrowsAsync<NbdException>(() => first)).IsConnectionLost);
        Assert.True((await Assert.ThrowsAsync<NbdException>(() => second)).IsConnectionLost);
    }

    [Fact]
    public async Task Random_answers_neither_hang_nor_crash()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        bool hangUp = false;
        await using var server = new ScriptedNbdServer(request =>
        {
            byte[] good = request.Type == ScriptedRequest.Read
                ? request.Data(true, request.Offset, new byte[request.Length])
                : [.. request.Extents(false, 1, 4096, 0), .. request.Extents(true, 2, 4096, 0)];
            for (int i = random.Next(4); i > 0; i--)
                good[random.Next(good.Length)] = (byte)random.Next(256);
            hangUp = !hangUp;
            return hangUp ? good : null; // a wrong length would make both sides wait: the second request ends that
        });
        for (int round = 0; round < 150; round++)
        {
            hangUp = false;
            await using NbdConnection connection = await server.ConnectAsync(Allocation, Bitmap);
            Task[] tasks =
            [
                connection.ReadAsync(0, new byte[64], Token).AsTask(),
                connection.GetBlockStatusAsync(0, 4096, Token),
            ];
            foreach (Task task in tasks)
            {
                Exception? e = await Record.ExceptionAsync(() => task.WaitAsync(TimeSpan.FromSeconds(20), Token));
                Assert.True(e is null or NbdException, $"seed {seed}, round {round}: {e}");
            }
        }
    }

    private static async Task<NbdBlockStatus> AskAsync(Func<ScriptedRequest, byte[]?> answer)
    {
        await using var server = new ScriptedNbdServer(answer);
        await using NbdConnection connection = await server.ConnectAsync(Allocation, Bitmap);
        return await connection.GetBlockStatusAsync(65536, 65536, Token);
    }

    private static async Task AssertFaultAsync(Func<ScriptedRequest, byte[]?> answer)
    {
        NbdException e = await Assert.ThrowsAsync<NbdException>(() => AskAsync(answer));
        Assert.NotEqual(0, e.Errno);
    }
}
