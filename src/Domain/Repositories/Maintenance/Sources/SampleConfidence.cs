namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>
/// What a sample without a hit says of the rest. Of N chunks K are different; a sample of n chunks, drawn without
/// replacement, misses them all with probability C(N-K, n) / C(N, n) (the hypergeometric distribution). For large disks
/// that is (1 - K/N)^n, the "rule of three" and its kin.
/// </summary>
internal static class SampleConfidence
{
    /// <summary>With what probability a statement holds.</summary>
    internal const double Probability = 0.99;

    /// <summary>The rate of different chunks that a default sample finds.</summary>
    private const double DefaultRate = 0.001;

    /// <summary>The smallest sample that finds the default rate with the probability.</summary>
    internal static long SizeFor(long population) => population == 0
        ? 0
        : FindFirst(population, size => IsFound(population, Bad(population), size));

    /// <summary>
    /// The rate below which different chunks are, with the probability, when a sample of <paramref name="size"/> found
    /// none: 1 where nothing was compared, 1/N where all was and so none is different.
    /// </summary>
    internal static double RateBelow(long population, long size) => size == 0
        ? 1
        : (double)FindFirst(population, bad => IsFound(population, bad, size)) / population;

    private static long Bad(long population) => Math.Max(1, (long)Math.Ceiling(population * DefaultRate));

    private static bool IsFound(long population, long bad, long size) =>
        MissProbability(population, bad, size) <= 1 - Probability;

    internal static double MissProbability(long population, long bad, long size)
    {
        if (bad + size > population) return 0;
        var logarithm = 0.0;
        for (long i = 0, most = Math.Max(bad, size), terms = Math.Min(bad, size); i < terms; i++)
            logarithm += Math.Log(1 - ((double)most / (population - i)));
        return Math.Exp(logarithm);
    }

    /// <summary>
    /// The smallest number from 1 to <paramref name="most"/> that has a property which all larger ones have; the search
    /// begins with small ones, whose probabilities take less to compute.
    /// </summary>
    private static long FindFirst(long most, Func<long, bool> has)
    {
        long high = 1;
        while (high < most && !has(high)) high = Math.Min(most, high * 2);
        var low = high / 2; // does not have it, or is 0
        while (low + 1 < high)
        {
            var middle = low + ((high - low) / 2);
            if (has(middle)) high = middle;
            else low = middle;
        }

        return high;
    }
}
