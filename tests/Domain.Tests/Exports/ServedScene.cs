using System.Net.Sockets;
using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Domain.Tests.Restores;
using LibvirtBackup.Exports;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>A point with one disk, vda, that is served on a unix socket.</summary>
internal sealed class ServedScene : IAsyncDisposable
{
    private readonly RestoreScene _files;

    private ServedScene(RestoreScene files, Repository repository, SimulatedDisk disk, NbdServer server) =>
        (_files, Repository, Disk, Server) = (files, repository, disk, server);

    internal Repository Repository { get; }

    internal SimulatedDisk Disk { get; }

    internal NbdServer Server { get; }

    internal string Socket => _files.File("nbd");

    internal string Uri => $"nbd+unix:///vda?socket={Socket}";

    internal string RepositoryPath => _files.RepositoryPath;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<ServedScene> StartAsync(
        Func<NbdServerOptions, NbdServerOptions>? change = null, SimulatedDisk? disk = null,
        TimeProvider? clock = null)
    {
        var files = new RestoreScene();
        var repository = await files.CreateAsync();
        disk ??= RestoreScene.MakeDisk();
        await RestoreScene.CommitAsync(repository, disk);
        var options = new NbdServerOptions { Address = new UnixDomainSocketEndPoint(files.File("nbd")) };
        var server = await new PointServer(clock ?? TimeProvider.System).StartAsync(
            repository, new PointServeRequest { Points = [RestoreScene.Point] },
            change is null ? options : change(options), Token);
        return new ServedScene(files, repository, disk, server);
    }

    internal string File(string name) => _files.File(name);

    internal Task<NbdConnection> ConnectAsync(params string[] maps) => NbdConnection.ConnectAsync(
        new NbdEndpoint.UnixSocket(Socket, "vda"), new NbdConnectionOptions { MetaContexts = maps }, Token);

    /// <summary>A connection that speaks for itself.</summary>
    internal async Task<NetworkStream> ConnectRawAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), Token);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>A client of the oldest kind: an export by name, replies without parts.</summary>
    internal async Task<NetworkStream> ConnectSimpleAsync()
    {
        var client = await ConnectRawAsync();
        await client.ReadExactlyAsync(new byte[18], Token);
        await client.WriteAsync((byte[])[0, 0, 0, 3, .. NbdBytes.Option(1, "vda"u8)], Token);
        await client.ReadExactlyAsync(new byte[10], Token);
        return client;
    }

    internal async Task AssertStillServesAsync()
    {
        await using var connection = await ConnectAsync();
        var bytes = new byte[Disk.SizeBytes];
        await connection.ReadAsync(0, bytes, Token);
        Assert.Equal(Disk.Bytes, bytes);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Repository.Dispose();
        _files.Dispose();
    }
}
