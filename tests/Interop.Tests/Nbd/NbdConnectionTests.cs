using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

public sealed class NbdConnectionTests
{
    private const int MiB = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_written_zeroed_and_trimmed_is_what_is_read()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "16M");
        await using NbdConnection connection = await server.ConnectAsync();
        byte[] data = new byte[MiB];
        new Random(1).NextBytes(data);
        await connection.WriteAsync(MiB, data, Token);
        await connection.WriteZeroesAsync(MiB + 4096, 8192, NbdZeroFlags.NoHole, Token);
        await connection.TrimAsync(MiB + 65536, 4096, Token);
        await connection.FlushAsync(Token);
        data.AsSpan(4096, 8192).Clear();
        data.AsSpan(65536, 4096).Clear(); // the memory plugin's trimmed blocks read as zeroes

        using NativeBuffer buffer = NativeBufferPool.Shared.Rent(MiB);
        await connection.ReadAsync(MiB, buffer, Token);
        Assert.Equal(data, buffer.Span.ToArray());
        byte[] managed = new byte[1000];
        await connection.ReadAsync(MiB + 777, managed, Token);
        Assert.Equal(data[777..1777], managed);
    }

    [Fact]
    public async Task A_part_of_a_buffer_is_read_and_the_rest_stays()
    {
        using NbdServer server = NbdServer.Nbdkit("pattern", "1M");
        await using NbdConnection connection = await server.ConnectAsync();
        using NativeBuffer buffer = NativeBufferPool.Shared.Rent(100);
        buffer.Span.Fill(0xAA);
        await connection.ReadAsync(8, buffer, 10, 8, Token);
        byte[] expected = new byte[100];
        Array.Fill(expected, (byte)0xAA);
        new byte[] { 0, 0, 0, 0, 0, 0, 0, 8 }.CopyTo(expected, 10);
        Assert.Equal(expected, buffer.Span.ToArray());
    }

    [Fact]
    public async Task The_export_tells_its_size_and_abilities()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "16M");
        await using NbdConnection connection = await server.ConnectAsync("base:allocation", "unknown:context");
        NbdExportInfo export = connection.Export;
        Assert.Equal(16 * MiB, export.SizeBytes);
        Assert.Equal(
            (false, true, true, true, true, false),
            (export.IsReadOnly, export.CanZero, export.CanTrim, export.CanFlush, export.CanMultiConnect,
                export.IsEncrypted));
        Assert.Equal(["base:allocation"], export.MetaContexts);
    }

    [Fact]
    public async Task Block_sizes_that_the_server_did_not_tell_are_those_of_the_protocol()
    {
        await using var server = new ScriptedNbdServer(_ => null);
        await using NbdConnection connection = await server.ConnectAsync();
        NbdExportInfo export = connection.Export;
        Assert.Equal(
            (1, 4096, 32 * MiB), (export.MinimumBlockSize, export.PreferredBlockSize, export.MaximumBlockSize));
    }

    [Fact]
    public async Task Block_sizes_that_the_server_told_are_kept()
    {
        using NbdServer server = NbdServer.Nbdkit("--filter=blocksize-policy", "-r", "memory", "1M",
            "blocksize-minimum=512", "blocksize-preferred=8192", "blocksize-maximum=65536");
        await using NbdConnection connection = await server.ConnectAsync();
        NbdExportInfo export = connection.Export;
        Assert.Equal((512, 8192, 65536), (export.MinimumBlockSize, export.PreferredBlockSize, export.MaximumBlockSize));
        Assert.True(export.IsReadOnly);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => connection.ReadAsync(0, new byte[65537], Token).AsTask());
    }

    [Fact]
    public async Task A_range_beyond_the_end_is_refused_before_it_is_sent()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "1M");
        await using NbdConnection connection = await server.ConnectAsync();
        using NativeBuffer buffer = NativeBufferPool.Shared.Rent(4096);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => connection.ReadAsync(MiB - 4095, buffer, Token).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => connection.WriteAsync(-1, buffer, Token).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => connection.ReadAsync(0, buffer, 4000, 100, Token).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => connection.WriteZeroesAsync(MiB, 1, NbdZeroFlags.None, Token).AsTask());
    }

    [Fact]
    public async Task An_error_of_the_server_carries_its_errno_and_the_connection_lives_on()
    {
        using NbdServer server = NbdServer.Nbdkit(
            "--filter=error", "memory", "1M", "error-pread=ENOSPC", "error-pread-rate=100%");
        await using NbdConnection connection = await server.ConnectAsync();
        byte[] target = [1, 2, 3];
        NbdException e = await Assert.ThrowsAsync<NbdException>(() => connection.ReadAsync(0, target, Token).AsTask());
        Assert.Equal((Errno.NoSpace, false), (e.Errno, e.IsConnectionLost));
        Assert.Contains(server.SocketPath, e.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], target);
        await connection.WriteAsync(0, target, Token);
    }

    [Fact]
    public async Task A_write_to_a_read_only_export_fails()
    {
        using NbdServer server = NbdServer.Nbdkit("-r", "memory", "1M");
        await using NbdConnection connection = await server.ConnectAsync();
        await Assert.ThrowsAsync<NbdException>(() => connection.WriteAsync(0, new byte[512], Token).AsTask());
        await connection.ReadAsync(0, new byte[512], Token);
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_told_by_name()
    {
        var endpoint = new NbdEndpoint.UnixSocket("/tmp/lvb-there-is-no-such-socket", "vda");
        NbdException e = await Assert.ThrowsAsync<NbdException>(
            () => NbdConnection.ConnectAsync(endpoint, new NbdConnectionOptions(), Token));
        Assert.Equal((Errno.NoEntry, "nbd_aio_connect_unix"), (e.Errno, e.Function));
        Assert.Contains("no-such-socket", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_that_is_not_there_is_refused()
    {
        var directory = new Posix.TemporaryDirectory(); // the server deletes it
        string image = directory.File("image");
        NbdServer.Run("qemu-img", "create", "-f", "raw", image, "1M");
        using NbdServer server = NbdServer.QemuNbd(directory, "-f", "raw", "-x", "vda", image);
        var missing = new NbdEndpoint.UnixSocket(server.SocketPath, "vdz");
        NbdException e = await Assert.ThrowsAsync<NbdException>(
            () => NbdConnection.ConnectAsync(missing, new NbdConnectionOptions(), Token));
        Assert.Contains("vdz", e.Message, StringComparison.Ordinal);
        await using NbdConnection connection = await NbdConnection.ConnectAsync(
            missing with { Export = "vda" }, new NbdConnectionOptions(), Token);
        Assert.Equal(MiB, connection.Export.SizeBytes);
    }

    [Fact]
    public async Task A_URI_connects_like_its_parts()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "1M");
        var endpoint = new NbdEndpoint.Uri($"nbd+unix:///?socket={server.SocketPath}");
        await using NbdConnection connection = await NbdConnection.ConnectAsync(
            endpoint, new NbdConnectionOptions(), Token);
        Assert.Equal(MiB, connection.Export.SizeBytes);
    }

    [Fact]
    public async Task Zero_length_requests_complete_at_once()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "1M");
        await using NbdConnection connection = await server.ConnectAsync();
        Assert.True(connection.ReadAsync(0, Memory<byte>.Empty, Token).AsTask().IsCompletedSuccessfully);
        Assert.True(connection.WriteZeroesAsync(0, 0, NbdZeroFlags.None, Token).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Zeroing_more_than_32_bits_takes_several_requests()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "10G");
        await using NbdConnection connection = await server.ConnectAsync("base:allocation");
        long end = connection.Export.SizeBytes;
        await connection.WriteAsync(end - 4096, new byte[] { 1, 2, 3 }, Token);
        await connection.WriteZeroesAsync(0, end, NbdZeroFlags.None, Token);
        byte[] back = new byte[3];
        await connection.ReadAsync(end - 4096, back, Token);
        Assert.Equal([0, 0, 0], back);
        NbdBlockStatus status = await connection.GetBlockStatusAsync(0, end, Token);
        Assert.InRange(status.Length, 1, end);
    }

    [Fact]
    public async Task Requests_after_closing_fail_and_closing_again_does_nothing()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "1M");
        NbdConnection connection = await server.ConnectAsync("base:allocation");
        await connection.DisposeAsync();
        await connection.DisposeAsync();
        NbdException e = await Assert.ThrowsAsync<NbdException>(
            () => connection.ReadAsync(0, new byte[1], Token).AsTask());
        Assert.True(e.IsConnectionLost);
        await Assert.ThrowsAsync<NbdException>(() => connection.GetBlockStatusAsync(0, 1, Token));
    }
}
