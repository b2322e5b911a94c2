namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>
/// Draws a sample without replacement from chunks that come one after the other (Knuth's algorithm S): every subset of
/// the size is as likely as any other, and nothing is remembered.
/// </summary>
/// <param name="population">The number of chunks that will come.</param>
/// <param name="size">The number to take.</param>
/// <param name="seed">What the choice follows from.</param>
internal sealed class ChunkSampler(long population, long size, int seed)
{
    private readonly Random _random = new(seed);

    private long _left = population;
    private long _wanted = size;

    /// <summary>Whether the next chunk is in the sample.</summary>
    internal bool Takes()
    {
        var takes = _random.NextDouble() * _left < _wanted;
        _left--;
        if (takes) _wanted--;
        return takes;
    }
}
