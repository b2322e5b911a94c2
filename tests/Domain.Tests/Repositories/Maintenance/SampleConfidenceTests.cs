using LibvirtBackup.Repositories.Maintenance.Sources;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

public sealed class SampleConfidenceTests(ITestOutputHelper output)
{
    private const double Rounding = 1e-12;

    /// <summary>ln(0.01) / ln(0.999) = 4603: the rule for a disk without end.</summary>
    [Fact]
    public void The_default_sample_of_a_large_disk_is_that_of_the_rule_of_three()
    {
        Assert.InRange(SampleConfidence.SizeFor(256L << 20), 4600, 4604);
        Assert.InRange(SampleConfidence.RateBelow(256L << 20, 4603), 0.00099, 0.00101);
        Assert.InRange(SampleConfidence.RateBelow(256L << 20, 300), 0.0152, 0.0153);
    }

    [Theory]
    [InlineData(10, 3, 4, 1.0 / 6)] // C(7, 4) / C(10, 4)
    [InlineData(10, 4, 3, 1.0 / 6)] // the same the other way round
    [InlineData(5, 1, 4, 0.2)]
    [InlineData(5, 2, 4, 0)]
    [InlineData(5, 1, 5, 0)]
    public void The_probability_to_miss_all_is_hypergeometric(long population, long bad, long size, double expected) =>
        Assert.Equal(expected, SampleConfidence.MissProbability(population, bad, size), precision: 12);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(1_000_000)]
    public void What_is_said_is_the_least_rate_that_is_excluded(long population)
    {
        Assert.Equal(1.0 / population, SampleConfidence.RateBelow(population, population));
        Assert.Equal(1, SampleConfidence.RateBelow(population, 0));
        for (long size = 1; size < population; size = (size * 3) + 1)
        {
            var bad = (long)Math.Round(SampleConfidence.RateBelow(population, size) * population);
            Assert.InRange(bad, 1, population);
            Assert.True(SampleConfidence.MissProbability(population, bad, size) <= 0.01 + Rounding);
            Assert.True(bad == 1 || SampleConfidence.MissProbability(population, bad - 1, size) > 0.01 - Rounding);
        }
    }

    [Theory]
    [InlineData(null, 0, 0)]
    [InlineData(null, 900, 900)] // 99 % of them would do, so all are read
    [InlineData(100.0, 12345, 12345)]
    [InlineData(0.01, 12345, 2)]
    [InlineData(50.0, 3, 2)]
    public void A_share_is_rounded_up_and_half_a_small_disk_is_all_of_it(double? percent, long chunks, long size) =>
        Assert.Equal(size, new SourceSample { Percent = percent, Seed = 0 }.SizeFor(chunks));

    [Fact]
    public void A_sample_finds_the_stated_rate_with_the_stated_probability()
    {
        const int population = 20_000, bad = 20, runs = 2000;
        var size = SampleConfidence.SizeFor(population);
        var found = Enumerable.Range(1, runs)
            .Count(seed => Draw(population, size, seed).Any(chunk => chunk % (population / bad) == 7));
        output.WriteLine($"{size} of {population} chunks: {bad} bad ones found in {found} of {runs} runs");

        // 99 %, give or take three standard deviations of 4.4 runs.
        Assert.InRange(found, (runs * 0.99) - 14, (runs * 0.99) + 14);
    }

    [Fact]
    public void Every_chunk_is_as_likely_as_any_other_and_a_seed_replays_the_choice()
    {
        var counts = new int[50];
        for (var seed = 0; seed < 5000; seed++)
        {
            var drawn = Draw(counts.Length, 10, seed);
            Assert.Equal(10, drawn.Count);
            foreach (var chunk in drawn) counts[chunk]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 1000 - 130, 1000 + 130)); // some 4.5 standard deviations
        Assert.Equal(Draw(1000, 100, 5), Draw(1000, 100, 5));
        Assert.NotEqual(Draw(1000, 100, 5), Draw(1000, 100, 6));
        Assert.Equal(Enumerable.Range(0, 9), Draw(9, 9, 1));
        Assert.Empty(Draw(9, 0, 1));
    }

    private static List<int> Draw(int population, long size, int seed)
    {
        var sampler = new ChunkSampler(population, size, seed);
        return [.. Enumerable.Range(0, population).Where(_ => sampler.Takes())];
    }
}
