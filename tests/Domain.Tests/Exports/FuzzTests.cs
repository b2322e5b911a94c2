using System.Globalization;
using System.Net.Sockets;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>Sessions that no client has, thousands of them; another seed in each run, which a failure names.</summary>
public sealed class FuzzTests
{
    private const int Sessions = 4000;
    private const int AtATime = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Mutated_sessions_end_at_most_their_own_connections_and_leave_no_memory_behind()
    {
        await using var scene = await ServedScene.StartAsync(
            options => options with { HandshakeTimeout = TimeSpan.FromSeconds(1), MostClients = AtATime + 1 });
        var seed = Seed();
        await scene.AssertStillServesAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await Parallel.ForAsync(
            0, Sessions, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = Token },
            async (round, _) =>
            {
                var random = new Random(unchecked(seed + (round * 7919)));
                await SendAsync(scene, Mutate(Session(random), random), random);
            });

        await scene.AssertStillServesAsync();
        Assert.False(scene.Server.Completion.IsCompleted, "the server has ended");
        while (scene.Server.Clients > 0) await Task.Delay(10, Token);
        var more = GC.GetTotalMemory(forceFullCollection: true) - before;
        // What so many clients may have at a time stays in pools: 16 pieces of 256 KiB each.
        Assert.True(more < (AtATime * 4 * Units.MiB) + (8 * Units.MiB), $"{more} bytes more");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(11)]
    public async Task Whatever_is_asked_each_question_has_one_answer_and_only_bytes_of_the_disk_come_back(uint dialect)
    {
        await using var scene = await ServedScene.StartAsync();
        var random = new Random(Seed());
        await using var client = await FuzzClient.ConnectAsync(scene, dialect);
        for (var round = 0; round < 60; round++)
        {
            var asked = new Dictionary<ulong, (ushort Command, ulong Offset, ulong Length)>();
            for (var i = 0; i < 32; i++)
            {
                var command = Pick<ushort>(random, 0, 0, 0, 2000, 3, 4, 5, 6, 7, 8);
                var (offset, length) = (Place(random, scene.Disk.SizeBytes), Length(random, scene.Disk.SizeBytes));
                var cookie = (ulong)random.NextInt64();
                asked[cookie] = (command, offset, dialect == 11 ? length : (uint)length);
                await client.AskAsync(command, offset, length, Pick<ushort>(random, 0, 0, 1, 4, 8), cookie);
            }

            while (asked.Count > 0)
            {
                var (cookie, error, pieces) = await client.AnswerAsync(
                    one => asked[one].Command == 0 ? (asked[one].Offset, (int)asked[one].Length) : (0, 0));
                Assert.True(asked.Remove(cookie, out var question), "an answer to no question");
                AssertAnswers(scene.Disk.Bytes, question, error, pieces);
            }
        }

        await scene.AssertStillServesAsync();
    }

    [Fact]
    public async Task Sessions_that_come_byte_by_byte_end_with_the_handshake_s_time()
    {
        await using var scene = await ServedScene.StartAsync(
            options => options with { HandshakeTimeout = TimeSpan.FromMilliseconds(300), MostClients = 2 });
        var slow = Enumerable.Range(0, 70).Select(async _ =>
        {
            await using var client = await scene.ConnectRawAsync();
            try
            {
                foreach (var one in Session(new Random(1)))
                {
                    await client.WriteAsync(new[] { one }, Token);
                    await Task.Delay(50, Token);
                }

                return false;
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                return true;
            }
        }).ToList();
        await scene.AssertStillServesAsync(); // also where they have taken all that there is for newcomers
        Assert.All(await Task.WhenAll(slow), wasCutOff => Assert.True(wasCutOff));
    }

    private static void AssertAnswers(
        byte[] disk, (ushort Command, ulong Offset, ulong Length) question, uint error,
        IReadOnlyList<(ulong Offset, byte[]? Data, uint Length)> pieces)
    {
        var (command, offset, length) = question;
        var isInside = length > 0 && offset < (ulong)disk.Length && length <= (ulong)disk.Length - offset;
        if (command != 0 || error != 0)
        {
            Assert.Empty(pieces);
            if (command == 0 && !isInside) Assert.Equal(22U, error);
            if (command is 4 or 6 or 8) Assert.Equal(1U, error);
            return;
        }

        Assert.True(isInside, $"{length} bytes at {offset} were read of a disk of {disk.Length}");
        Assert.Equal(length, (ulong)pieces.Sum(piece => piece.Length));
        foreach (var (at, data, count) in pieces)
        {
            Assert.InRange(at, offset, offset + length - count);
            var expected = disk.AsSpan((int)at, (int)count);
            Assert.True(
                data is null ? !expected.ContainsAnyExcept((byte)0) : expected.SequenceEqual(data),
                $"{count} bytes at {at} are others");
        }
    }

    private static int Seed()
    {
        var seed = Environment.GetEnvironmentVariable("LVB_FUZZ_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"LVB_FUZZ_SEED={seed}");
        TestContext.Current.AddAttachment("seed", $"LVB_FUZZ_SEED={seed}");
        return seed;
    }

    /// <summary>A whole session: options of all kinds in any order, and requests.</summary>
    private static byte[] Session(Random random)
    {
        var bytes = new List<byte>([0, 0, 0, (byte)random.Next(4)]);
        var isExtended = false;
        for (var i = random.Next(6); i > 0; i--)
        {
            var option = Pick(random, 3U, 5U, 6U, 8U, 9U, 10U, 11U, 77U);
            isExtended |= option == 11;
            bytes.AddRange(NbdBytes.Option(option, option switch
            {
                6 => [.. NbdBytes.Text(Pick(random, "vda", "", "vdb")), 0, 1, 0, 3],
                9 or 10 => [.. NbdBytes.Text("vda"), 0, 0, 0, 1, .. NbdBytes.Text("base:allocation")],
                _ => [],
            }));
        }

        bytes.AddRange(random.Next(4) == 0
            ? NbdBytes.Option(1, "vda"u8)
            : NbdBytes.Option(7, [.. NbdBytes.Text("vda"), 0, 0]));
        for (var i = random.Next(8); i > 0; i--)
        {
            var (command, offset) = ((ushort)random.Next(9), Place(random, 4_000_000));
            var (length, flags) = (Length(random, 100_000), (ushort)(1 << random.Next(8)));
            bytes.AddRange(isExtended
                ? NbdBytes.ExtendedRequest(command, offset, length, flags)
                : NbdBytes.Request(command, offset, (uint)length, flags));
        }

        return [.. bytes, .. NbdBytes.Request(command: 2, 0, 0)];
    }

    private static byte[] Mutate(byte[] session, Random random)
    {
        var bytes = session.ToList();
        for (var changes = random.Next(5); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            var count = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1: // the lengths that hurt
                    for (var i = at; i < Math.Min(at + 4, bytes.Count); i++)
                        bytes[i] = Pick<byte>(random, 0, 0x7f, 0x80, 0xff);
                    break;
                case 2:
                    bytes.RemoveRange(at, count);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, count));
                    break;
                case 4:
                    var noise = new byte[count];
                    random.NextBytes(noise);
                    bytes.InsertRange(at, noise);
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    private static async Task SendAsync(ServedScene scene, byte[] bytes, Random random)
    {
        await using var client = await scene.ConnectRawAsync();
        try
        {
            // In two parts, now and then without listening before all is said.
            var cut = random.Next(bytes.Length + 1);
            await client.WriteAsync(bytes.AsMemory(0, cut), Token);
            if (random.Next(3) == 0) await Task.Yield();
            await client.WriteAsync(bytes.AsMemory(cut), Token);
            if (random.Next(8) == 0) return;
            client.Socket.Shutdown(SocketShutdown.Send);
            await client.CopyToAsync(Stream.Null, Token);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // The server had enough.
        }
    }

    private static ulong Place(Random random, long size) => random.Next(3) switch
    {
        0 => (ulong)random.NextInt64(size),
        1 => Pick(random, 0UL, 1UL, (ulong)size - 1, (ulong)size, (ulong)size + 1, 1UL << 63, ulong.MaxValue),
        _ => (ulong)random.NextInt64() << random.Next(2),
    };

    private static ulong Length(Random random, long size) => random.Next(3) switch
    {
        0 => (ulong)random.NextInt64(size),
        1 => Pick(random, 0UL, 1UL, 512UL, 65536UL, (ulong)size, 1UL << 31, uint.MaxValue, 1UL << 32, ulong.MaxValue),
        _ => (ulong)random.Next(70_000),
    };

    private static T Pick<T>(Random random, params T[] from) => from[random.Next(from.Length)];
}
