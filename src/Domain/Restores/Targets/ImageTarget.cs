using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Restores.Targets;

/// <summary>A new image in one of QEMU's formats, made by qemu-img and written through qemu-nbd.</summary>
internal sealed class ImageTarget : IDiskTarget
{
    private readonly NbdConnection _connection;

    private ImageTarget(NbdConnection connection) => _connection = connection;

    /// <exception cref="BackupException">qemu-img failed.</exception>
    /// <exception cref="NbdException">qemu-nbd failed.</exception>
    internal static async Task<ImageTarget> CreateAsync(
        string path, string format, long sizeBytes, CancellationToken cancellationToken)
    {
        await QemuImage.CreateAsync(path, format, sizeBytes, cancellationToken).ConfigureAwait(false);
        var endpoint = ImageExport.ForWriting(path, format);
        return new ImageTarget(
            await NbdConnection.ConnectAsync(endpoint, new NbdConnectionOptions(), cancellationToken)
                .ConfigureAwait(false));
    }

    public ValueTask WriteAsync(long offset, NativeBuffer data, CancellationToken cancellationToken) =>
        _connection.WriteAsync(offset, data, cancellationToken);

    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        _connection.WriteZeroesAsync(offset, length, NbdZeroFlags.NoHole, cancellationToken);

    public ValueTask FlushAsync(CancellationToken cancellationToken) => _connection.FlushAsync(cancellationToken);

    /// <summary>Waits until qemu-nbd has closed the image.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
