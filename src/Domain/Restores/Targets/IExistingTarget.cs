using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Restores.Targets;

/// <summary>A disk that holds something already, which can be read.</summary>
internal interface IExistingTarget : IDiskTarget
{
    /// <summary>Reads into the beginning of a buffer.</summary>
    ValueTask ReadAsync(long offset, NativeBuffer buffer, int length, CancellationToken cancellationToken);

    /// <summary>Whether a range is known to read as zeroes, without reading it.</summary>
    ValueTask<bool> IsKnownZeroAsync(long offset, long length, CancellationToken cancellationToken);
}
