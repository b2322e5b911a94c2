using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Restores.Targets;

/// <summary>
/// An image that exists, written through qemu-nbd, which holds QEMU's locks on it and marks what it writes in the
/// image's bitmaps, so that checkpoints stay true.
/// </summary>
internal sealed class ExistingImageTarget : IExistingTarget
{
    private const string Allocation = "base:allocation";

    private readonly NbdConnection _connection;

    private ExistingImageTarget(NbdConnection connection) => _connection = connection;

    /// <exception cref="NbdException">qemu-nbd failed: the image is in use, for instance.</exception>
    internal static async Task<ExistingImageTarget> OpenAsync(
        string path, string format, CancellationToken cancellationToken)
    {
        var options = new NbdConnectionOptions { MetaContexts = [Allocation] };
        var endpoint = ImageExport.ForWriting(path, format);
        return new ExistingImageTarget(
            await NbdConnection.ConnectAsync(endpoint, options, cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<int> WriteAsync(
        long offset, NativeBuffer data, int start, int length, CancellationToken cancellationToken)
    {
        await _connection.WriteAsync(offset, data, start, length, cancellationToken).ConfigureAwait(false);
        return length;
    }

    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        _connection.WriteZeroesAsync(offset, length, NbdZeroFlags.NoHole, cancellationToken);

    public ValueTask MakeHoleAsync(long offset, long length, CancellationToken cancellationToken) =>
        _connection.WriteZeroesAsync(offset, length, NbdZeroFlags.None, cancellationToken);

    public ValueTask ReadAsync(long offset, NativeBuffer buffer, int length, CancellationToken cancellationToken) =>
        _connection.ReadAsync(offset, buffer, 0, length, cancellationToken);

    public async ValueTask<bool> IsKnownZeroAsync(long offset, long length, CancellationToken cancellationToken)
    {
        if (_connection.Export.MetaContexts.Count == 0) return false;
        for (var end = offset + length; offset < end;)
        {
            var status = await _connection.GetBlockStatusAsync(offset, end - offset, cancellationToken)
                .ConfigureAwait(false);
            foreach (var extent in status.GetExtents(Allocation).Span)
                if ((extent.Flags & NbdExtent.Zero) == 0) return false;
            offset += status.Length;
        }

        return true;
    }

    public ValueTask FinishAsync(CancellationToken cancellationToken) => _connection.FlushAsync(cancellationToken);

    /// <summary>Waits until qemu-nbd has closed the image.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
