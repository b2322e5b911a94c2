using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Restores.Targets;

/// <summary>
/// A new disk to be written; all of it is a hole at first. Requests may overlap in time, their ranges do not.
/// </summary>
internal interface IDiskTarget : IAsyncDisposable
{
    /// <summary>Writes all of <paramref name="data"/>.</summary>
    ValueTask WriteAsync(long offset, NativeBuffer data, CancellationToken cancellationToken);

    /// <summary>Makes a range zero without making it a hole, where the format knows the difference.</summary>
    ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken);

    /// <summary>Brings everything to stable storage.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}
