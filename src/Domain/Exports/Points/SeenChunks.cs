using LibvirtBackup.Repositories;

namespace LibvirtBackup.Exports.Points;

/// <summary>
/// Remembers which chunks were read before, as well as a few bytes for each can: one may be forgotten, or be taken for
/// another, which costs time or memory and nothing else. Thread-safe.
/// </summary>
/// <param name="count">How many are remembered.</param>
internal sealed class SeenChunks(int count)
{
    /// <summary>Places that a chunk can be remembered in: with one alone many would push each other out.</summary>
    private const int Ways = 4;

    private readonly uint[] _seen = new uint[Math.Max(count / Ways, 1) * Ways];

    /// <returns>True when it was read before.</returns>
    internal bool Note(ChunkId id)
    {
        var mark = (uint)id.B | 1; // never that of an empty place
        var places = _seen.AsSpan((int)(id.A % (ulong)(_seen.Length / Ways)) * Ways, Ways);
        if (places.Contains(mark)) return true;
        var free = places.IndexOf(0U);
        places[free < 0 ? (int)(id.C % Ways) : free] = mark;
        return false;
    }
}
