namespace LibvirtBackup.Exports;

/// <summary>
/// The places of clients that use an export. Nobody is sent away to make room: QEMU and the kernel say nothing for
/// hours and mean to go on. Who finds all of them taken is told so, for waiting in silence looks like a hang.
/// </summary>
/// <param name="most">How many there are.</param>
/// <param name="patience">How long a client waits for one that may be given up right now.</param>
/// <param name="time">The clock.</param>
internal sealed class NbdPlaces(int most, TimeSpan patience, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _free = new(most);

    /// <summary>How many are taken.</summary>
    internal int Taken => most - _free.CurrentCount;

    /// <returns>False when all stay taken.</returns>
    internal async Task<bool> TryTakeAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _free.WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    internal void GiveBack() => _free.Release();

    public void Dispose() => _free.Dispose();
}
