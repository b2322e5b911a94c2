using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Restores.Targets;

/// <summary>
/// A block device that nobody else has open exclusively: what becomes a hole or zeroes has to be zeroed.
/// </summary>
internal sealed class DeviceTarget(DirectFile file) : IExistingTarget
{
    public async ValueTask<int> WriteAsync(
        long offset, NativeBuffer data, int start, int length, CancellationToken cancellationToken)
    {
        await file.WriteAsync(offset, data, start, length).ConfigureAwait(false);
        return length;
    }

    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        file.ZeroAsync(offset, length, cancellationToken);

    public ValueTask MakeHoleAsync(long offset, long length, CancellationToken cancellationToken) =>
        file.PunchHoleAsync(offset, length, cancellationToken);

    public ValueTask ReadAsync(long offset, NativeBuffer buffer, int length, CancellationToken cancellationToken)
    {
        file.Read(offset, buffer.Span[..length]);
        return ValueTask.CompletedTask;
    }

    /// <summary>A device does not say.</summary>
    public ValueTask<bool> IsKnownZeroAsync(long offset, long length, CancellationToken cancellationToken) =>
        ValueTask.FromResult(false);

    public ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        file.Flush();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        file.Dispose();
        return ValueTask.CompletedTask;
    }
}
