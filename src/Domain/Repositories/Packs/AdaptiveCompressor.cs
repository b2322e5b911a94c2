using LibvirtBackup.Interop.Zstd;

namespace LibvirtBackup.Repositories.Packs;

/// <summary>
/// Compresses blobs where it pays. Neighbours on a disk are alike: after a blob that did not, samples decide, so that
/// data that does not compress costs next to nothing; after one that did, the next is compressed without asking. Only
/// for the fast levels: who chose a slow one wants every byte. Not thread-safe.
/// </summary>
/// <param name="level">The zstd level.</param>
internal sealed class AdaptiveCompressor(int level) : IDisposable
{
    private const int SampleLength = 4 * Units.KiB;
    private const int SmallestSampled = 32 * Units.KiB;
    private const int SlowestSampledLevel = 3;

    // At the fastest level, 16 KiB of hash table and a chunk share the first-level cache: an eighth less time than with
    // zstd's own 32 KiB, for results that are 1 % (programs) to 4 % (prose) larger.
    private readonly ZstdCompressor _compressor = new(level, hashLog: level == 1 ? 12 : null);
    private bool _paid;

    /// <summary>Compresses a blob.</summary>
    /// <param name="plain">Its bytes.</param>
    /// <param name="target">Has room for the worst case.</param>
    /// <returns>How many bytes of the target were filled; 0 when the plain bytes are to be kept.</returns>
    internal int Compress(ReadOnlySpan<byte> plain, Span<byte> target)
    {
        var isSampled = level <= SlowestSampledLevel && plain.Length >= SmallestSampled;
        if (isSampled && !_paid
            && !Pays(plain.Slice(plain.Length / 4, SampleLength), target)
            && !Pays(plain.Slice(plain.Length / 4 * 3, SampleLength), target))
            return 0;
        var length = _compressor.Compress(plain, target);
        _paid = IsWorth(length, plain.Length);
        return _paid ? length : 0;
    }

    public void Dispose() => _compressor.Dispose();

    private bool Pays(ReadOnlySpan<byte> sample, Span<byte> target) =>
        IsWorth(_compressor.Compress(sample, target), sample.Length);

    // Below some 3 % the time to decompress is not worth the space.
    private static bool IsWorth(int compressed, int plain) => compressed < plain - (plain / 32);
}
