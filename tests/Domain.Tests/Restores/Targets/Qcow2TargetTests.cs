using System.Text.Json;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Restores.Targets.Qcow2;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Restores.Targets;

/// <summary>What we write as qcow2, QEMU calls healthy and reads as the same bytes.</summary>
public sealed class Qcow2TargetTests : IDisposable
{
    private const int Run = 64 * 1024;

    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(64 * 1024, 3, false, false, 16)]
    [InlineData(64 * 1024, 2, false, false, 16)]
    [InlineData(512, 3, false, false, 1)]
    [InlineData(4096, 3, false, true, 2)]
    [InlineData(16 * 1024, 3, true, false, 4)]
    [InlineData(128 * 1024, 3, true, true, 16)]
    [InlineData(2 * 1024 * 1024, 3, true, false, 32)]
    [InlineData(2 * 1024 * 1024, 3, false, false, 64)]
    [InlineData(1024 * 1024, 2, false, false, 16)]
    public async Task Any_order_of_writes_gives_an_image_that_QEMU_calls_healthy(
        int clusterSize, int version, bool extended, bool lazy, int refcountBits)
    {
        var options = new Qcow2Options
        {
            ClusterSizeBytes = clusterSize,
            Version = version,
            ExtendedL2 = extended,
            LazyRefcounts = lazy,
            RefcountBits = refcountBits,
        };
        Assert.Null(options.FindMistake());
        var bytes = new byte[(7 * 1024 * 1024) + (3 * 512)];
        var path = _directory.File("image.qcow2");
        await WriteAsync(path, bytes, options, new Random(clusterSize + refcountBits));

        _ = await QemuImgAsync("check", "-q", "-f", "qcow2", path);
        Assert.Equal(bytes, await ReadAsync(path));
        using var info = JsonDocument.Parse(await QemuImgAsync("info", "--output=json", "-f", "qcow2", path));
        Assert.Equal(clusterSize, info.RootElement.GetProperty("cluster-size").GetInt32());
        var data = info.RootElement.GetProperty("format-specific").GetProperty("data");
        Assert.Equal(version == 2 ? "0.10" : "1.1", data.GetProperty("compat").GetString());
        Assert.Equal(refcountBits, data.GetProperty("refcount-bits").GetInt32());
        if (version == 2) return;
        Assert.Equal(extended, data.GetProperty("extended-l2").GetBoolean());
        Assert.Equal(lazy, data.GetProperty("lazy-refcounts").GetBoolean());
    }

    [Fact]
    public async Task Holes_and_zeroes_stay_two_things()
    {
        var path = _directory.File("image.qcow2");
        await using (var target = Qcow2Target.Create(path, 4 * Run, new Qcow2Options()))
        {
            using var buffer = NativeBufferPool.Shared.Rent(Run);
            buffer.Span.Fill(1);
            await target.WriteAsync(0, buffer, 0, Run, Token);
            await target.WriteZeroesAsync(Run, Run, Token);
            await target.MakeHoleAsync(2 * Run, 2 * Run, Token);
            await target.FinishAsync(Token);
        }

        using var map = JsonDocument.Parse(await QemuImgAsync("map", "--output=json", "-f", "qcow2", path));
        var seen = map.RootElement.EnumerateArray().Select(extent => (
            extent.GetProperty("start").GetInt64(),
            extent.GetProperty("present").GetBoolean(),
            extent.GetProperty("zero").GetBoolean()));
        Assert.Equal([(0, true, false), (Run, true, true), (2L * Run, false, true)], seen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4 * Run)]
    [InlineData(64 * Run)]
    public async Task Room_that_was_taken_before_does_not_stay_in_the_image(long announced)
    {
        var path = _directory.File("image.qcow2");
        await using (var target = Qcow2Target.Create(path, 4 * Run, new Qcow2Options()))
        {
            if (announced > 0) target.Announce(0, announced);
            using var buffer = NativeBufferPool.Shared.Rent(Run);
            buffer.Span.Fill(1);
            for (var i = 0; i < 4; i++) await target.WriteAsync(i * Run, buffer, 0, Run, Token);
            await target.FinishAsync(Token);
        }

        // Header, first-level table, one second-level table, data, two of refcounts.
        Assert.Equal((3 + 4 + 2) * Run, new FileInfo(path).Length);
        _ = await QemuImgAsync("check", "-q", "-f", "qcow2", path);
    }

    [Fact]
    public async Task A_large_empty_disk_is_a_small_image_at_once()
    {
        var path = _directory.File("image.qcow2");
        const long size = 8L << 40;
        await using (var target = Qcow2Target.Create(path, size, new Qcow2Options()))
        {
            await target.MakeHoleAsync(0, size, Token);
            await target.FinishAsync(Token);
        }

        Assert.InRange(new FileInfo(path).Length, 128 * 1024, 1024 * 1024);
        _ = await QemuImgAsync("check", "-q", "-f", "qcow2", path);
    }

    [Fact]
    public async Task An_image_that_was_not_finished_is_no_image()
    {
        var path = _directory.File("image.qcow2");
        await using (var target = Qcow2Target.Create(path, Run, new Qcow2Options()))
        {
            using var buffer = NativeBufferPool.Shared.Rent(Run);
            await target.WriteAsync(0, buffer, 0, Run, Token);
        }

        var result = await Tools.RunAsync("qemu-img", "info", "-f", "qcow2", path);
        Assert.NotEqual(0, result.ExitCode);
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Fills <paramref name="bytes"/> with what the image holds; every kind is beside every other.</summary>
    private static async Task WriteAsync(string path, byte[] bytes, Qcow2Options options, Random random)
    {
        await using var target = Qcow2Target.Create(path, bytes.Length, options);
        var runs = Enumerable.Range(0, (bytes.Length + Run - 1) / Run).Select(i => (Index: i, Kind: random.Next(4)))
            .ToArray();
        foreach (var (index, kind) in runs)
            if (kind >= 2) random.NextBytes(bytes.AsSpan(index * Run, Math.Min(Run, bytes.Length - (index * Run))));
        random.Shuffle(runs);
        await Parallel.ForEachAsync(runs, Token, async (run, token) =>
        {
            var offset = run.Index * Run;
            var length = Math.Min(Run, bytes.Length - offset);
            if (run.Kind == 0)
            {
                await target.MakeHoleAsync(offset, length, token);
            }
            else if (run.Kind == 1)
            {
                await target.WriteZeroesAsync(offset, length, token);
            }
            else
            {
                using var buffer = NativeBufferPool.Shared.Rent(length);
                bytes.AsSpan(offset, length).CopyTo(buffer.Span);
                Assert.Equal(length, await target.WriteAsync(offset, buffer, 0, length, token));
            }
        });
        await target.FinishAsync(Token);
    }

    private static async Task<string> QemuImgAsync(params string[] arguments)
    {
        var result = await Tools.RunAsync("qemu-img", arguments);
        Assert.True(result.ExitCode == 0, $"qemu-img {arguments[0]}: {result.Output}{result.Error}");
        return result.Output;
    }

    private async Task<byte[]> ReadAsync(string path)
    {
        var raw = _directory.File("converted.raw");
        _ = await QemuImgAsync("convert", "-f", "qcow2", "-O", "raw", path, raw);
        return await File.ReadAllBytesAsync(raw, Token);
    }
}
