using System.Collections.Concurrent;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>
/// Random histories of a domain, played with the product's own backup over a simulated libvirt: every point equals what
/// the disks held at its instant, others' things are not touched, and the next backup succeeds. CONTRIBUTING.md says
/// how to play more of them, and one again.
/// </summary>
public sealed class HistoryTests(ITestOutputHelper output)
{
    /// <summary>Histories that have a seed of their own.</summary>
    private const int PerSlice = 250;

    private const int MostFailures = 5;

    private static int Count => Read("LVB_HISTORIES") is { } text
        ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
        : 2000;

    private static ulong Seed => Read("LVB_HISTORY_SEED") is { } text
        ? ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
        : (ulong)Random.Shared.NextInt64();

    [Fact]
    public void No_history_leads_to_a_point_that_differs_from_the_disks()
    {
        var (count, seed) = (Count, Seed);
        output.WriteLine($"LVB_HISTORIES={count} LVB_HISTORY_SEED={seed}");
        var failures = new ConcurrentQueue<string>();
        Parallel.For(0, (count + PerSlice - 1) / PerSlice, (slice, state) =>
        {
            if (failures.Count >= MostFailures) state.Stop();
            else if (Play(seed + (ulong)slice, Math.Min(count, PerSlice)) is { } failure) failures.Enqueue(failure);
        });
        Assert.True(failures.IsEmpty, string.Join($"{Environment.NewLine}{Environment.NewLine}", failures));
    }

    /// <returns>The seed and the shortest history that fails, with what happened in it; or null.</returns>
    private static string? Play(ulong seed, int count)
    {
        string? shortest = null;
        var replay = new Replay(new Rnd(seed), FSharpOption<int>.None);
        var config = Config.QuickThrowOnFailure.WithMaxTest(count)
            .WithQuietOnSuccess(true).WithReplay(FSharpOption<Replay>.Some(replay));
        try
        {
            Check.One(config, Prop.ForAll(History.Arbitrary, PlayAsync));
            return null;
        }
        catch (Exception) when (shortest is not null)
        {
            return $"LVB_HISTORIES={count} LVB_HISTORY_SEED={seed}{Environment.NewLine}{shortest}";
        }

        async Task PlayAsync(History history)
        {
            using var world = await HistoryWorld.MakeNewAsync();
            try
            {
                await new HistoryPlayer(world).PlayAsync(history);
            }
            catch (Exception e)
            {
                // The last one that fails is the shortest: FsCheck goes on from it only.
                shortest = $"{e.Message}{Environment.NewLine}{string.Join(Environment.NewLine, world.Log)}";
                throw;
            }
        }
    }

    private static string? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : null;
}
