using LibvirtBackup.Interop.Nbd;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

public sealed class NbdStressTests
{
    private const int MiB = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Ten_thousand_random_requests_with_many_in_flight_agree_with_a_model(int connections)
    {
        const int workers = 25, perWorker = 400, slice = MiB;
        using NbdServer server = NbdServer.Nbdkit("memory", $"{workers}M");
        await using NbdConnectionPool pool = await NbdConnectionPool.ConnectAsync(
            server.Endpoint, new NbdConnectionOptions(), connections, Token);
        Assert.Equal(connections, pool.Count);
        int seed = Random.Shared.Next();
        byte[] model = new byte[workers * slice];

        // Each worker has a slice of its own, so that requests in flight at once never overlap.
        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random(seed + worker);
            using NativeBuffer buffer = NativeBufferPool.Shared.Rent(slice);
            for (int i = 0; i < perWorker; i++)
            {
                int at = (worker * slice) + random.Next(slice - 1);
                int length = random.Next(1, Math.Min(random.Next(2) == 0 ? 5000 : slice, ((worker + 1) * slice) - at));
                Memory<byte> expected = model.AsMemory(at, length);
                switch (random.Next(6))
                {
                    case 0:
                        random.NextBytes(expected.Span);
                        expected.Span.CopyTo(buffer.Span);
                        await pool.WriteAsync(at, buffer, 0, length, Token);
                        break;
                    case 1:
                        random.NextBytes(expected.Span);
                        await pool.WriteAsync(at, expected, Token);
                        break;
                    case 2:
                        expected.Span.Clear();
                        await pool.WriteZeroesAsync(at, length, NbdZeroFlags.None, Token);
                        break;
                    case 3:
                        byte[] managed = new byte[length];
                        await pool.ReadAsync(at, managed, Token);
                        Assert.True(expected.Span.SequenceEqual(managed), $"seed {seed}: read of {length} at {at}");
                        break;
                    default:
                        await pool.ReadAsync(at, buffer, 0, length, Token);
                        Assert.True(
                            expected.Span.SequenceEqual(buffer.Span[..length]), $"seed {seed}: {length} at {at}");
                        break;
                }
            }
        })));

        byte[] all = new byte[model.Length];
        await pool.ReadAsync(0, all, Token);
        Assert.True(model.AsSpan().SequenceEqual(all), $"seed {seed}: the whole export");
    }

    [Fact]
    public async Task A_storm_of_cancellations_harms_no_other_request()
    {
        using NbdServer server = NbdServer.Nbdkit("--filter=delay", "pattern", "64M", "delay-read=2ms");
        await using NbdConnection connection = await server.ConnectAsync();
        using var buffers = new NativeBufferPool();
        int seed = Random.Shared.Next(), canceled = 0, right = 0;
        await Task.WhenAll(Enumerable.Range(0, 32).Select(worker => Task.Run(async () =>
        {
            var random = new Random(seed + worker);
            for (int i = 0; i < 100; i++)
            {
                long at = random.Next(8 * MiB) * 8L;
                using NativeBuffer buffer = buffers.Rent(4096);
                using var source = new CancellationTokenSource();
                if (at + 4096 > 64 * MiB)
                    continue;
                ValueTask read = connection.ReadAsync(at, buffer, source.Token);
                switch (random.Next(3))
                {
                    case 0: await source.CancelAsync(); break;
                    case 1: source.CancelAfter(random.Next(1, 6)); break;
                }

                try
                {
                    await read;
                    AssertPattern(at, buffer.Span);
                    Interlocked.Increment(ref right);
                }
                catch (OperationCanceledException e)
                {
                    Assert.Equal(source.Token, e.CancellationToken);
                    Interlocked.Increment(ref canceled);
                }
            }
        })));

        Assert.True(canceled > 100, $"{canceled} cancelled");
        Assert.True(right > 100, $"{right} right");
        Assert.True(SpinWait.SpinUntil(() => connection.InFlight == 0, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Continuations_do_not_run_on_the_connection_thread()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "1M");
        await using NbdConnection connection = await server.ConnectAsync("base:allocation");
        List<string?> threads = [];
        await Task.Run(() => NoteThreadsAsync(connection, threads), Token);
        Assert.Equal(400, threads.Count);
        Assert.DoesNotContain(threads, name => name?.Contains("nbd", StringComparison.Ordinal) == true);
    }

    private static async Task NoteThreadsAsync(NbdConnection connection, List<string?> threads)
    {
        for (int i = 0; i < 200; i++)
        {
            await connection.ReadAsync(0, new byte[512], Token).ConfigureAwait(false);
            threads.Add(Thread.CurrentThread.Name);
            await connection.GetBlockStatusAsync(0, 512, Token).ConfigureAwait(false);
            threads.Add(Thread.CurrentThread.Name);
        }
    }

    private static void AssertPattern(long offset, ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < data.Length; i += 8)
        {
            long value = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(data[i..]);
            Assert.Equal(offset + i, value);
        }
    }
}
