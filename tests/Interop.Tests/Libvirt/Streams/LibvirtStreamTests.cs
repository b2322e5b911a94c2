using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Tests.Libvirt.Events;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Streams;

[Collection(EventLoopCollection.Name)]
public sealed class LibvirtStreamTests
{
    private const int Size = 3 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_uploaded_to_a_volume_is_downloaded_again()
    {
        using PrivateDaemon daemon = await PrivateDaemon.StartAsync(Token);
        await using LibvirtConnection connection =
            await LibvirtConnection.OpenAsync(daemon.StorageUri, cancellationToken: Token);
        using StorageVolume volume = await CreateVolumeAsync(connection, daemon);
        byte[] data = new byte[Size];
        new Random(11).NextBytes(data);

        using (LibvirtStream upload = await connection.CreateStreamAsync(Token))
        {
            await volume.UploadAsync(upload, 0, Size, cancellationToken: Token);
            await upload.SendAsync(data.AsMemory(0, 1_000_003), Token);
            await upload.SendAsync(data.AsMemory(1_000_003), Token);
            await upload.FinishAsync(Token);
        }

        Assert.Equal(data, await DownloadAsync(connection, volume, 0, Size));
        Assert.Equal(data[5..1005], await DownloadAsync(connection, volume, 5, 1000));
        Assert.Equal(data, await File.ReadAllBytesAsync(await volume.GetPathAsync(Token), Token));
    }

    [Fact]
    public async Task A_stream_that_is_aborted_leaves_the_connection_usable()
    {
        using PrivateDaemon daemon = await PrivateDaemon.StartAsync(Token);
        await using LibvirtConnection connection =
            await LibvirtConnection.OpenAsync(daemon.StorageUri, cancellationToken: Token);
        using StorageVolume volume = await CreateVolumeAsync(connection, daemon);
        using (LibvirtStream stream = await connection.CreateStreamAsync(Token))
        {
            await volume.DownloadAsync(stream, cancellationToken: Token);
            Assert.True(await stream.ReceiveAsync(new byte[100], Token) > 0);
            await stream.AbortAsync(Token);
        }

        await volume.ResizeAsync(2 * Size, cancellationToken: Token);

        Assert.Equal(2 * Size, (await volume.GetInfoAsync(Token)).Capacity);
    }

    private static async Task<StorageVolume> CreateVolumeAsync(LibvirtConnection connection, PrivateDaemon daemon)
    {
        string xml = $"<pool type='dir'><name>p</name><target><path>{daemon.HomePath}</path></target></pool>";
        using StoragePool pool = await connection.CreateStoragePoolAsync(xml, cancellationToken: Token);
        using (StoragePool byPath = await connection.LookupStoragePoolByPathAsync(daemon.HomePath, Token))
            Assert.Equal(pool.Uuid, byPath.Uuid);
        return await pool.CreateVolumeAsync(
            $"<volume><name>v.img</name><capacity>{Size}</capacity><allocation>0</allocation></volume>",
            cancellationToken: Token);
    }

    private static async Task<byte[]> DownloadAsync(
        LibvirtConnection connection, StorageVolume volume, long offset, long length)
    {
        using LibvirtStream stream = await connection.CreateStreamAsync(Token);
        await volume.DownloadAsync(stream, offset, length, cancellationToken: Token);
        using MemoryStream all = new();
        byte[] buffer = new byte[65536];
        while (await stream.ReceiveAsync(buffer, Token) is var count and > 0)
            await all.WriteAsync(buffer.AsMemory(0, count), Token);
        await stream.FinishAsync(Token);
        return all.ToArray();
    }
}
