using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Restores.Targets;

/// <summary>
/// A disk to be written. Each byte of it is given once: as data, as zeroes or as a hole. Requests may overlap in time,
/// their ranges do not.
/// </summary>
internal interface IDiskTarget : IAsyncDisposable
{
    /// <summary>Tells of a long stretch of data before any of it is given, so that room can be taken for it.</summary>
    void Announce(long offset, long length)
    {
    }

    /// <summary>Writes a part of a buffer, which is free for other use afterwards.</summary>
    /// <returns>Bytes written, which may be fewer when the target has some of them already.</returns>
    ValueTask<int> WriteAsync(
        long offset, NativeBuffer data, int start, int length, CancellationToken cancellationToken);

    /// <summary>Makes a range zero without making it a hole, where the format knows the difference.</summary>
    ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken);

    /// <summary>Makes a range read as zeroes and take no space, where that is possible.</summary>
    ValueTask MakeHoleAsync(long offset, long length, CancellationToken cancellationToken);

    /// <summary>Finishes the disk and brings everything to stable storage. Before it, the disk is incomplete.</summary>
    ValueTask FinishAsync(CancellationToken cancellationToken);
}
