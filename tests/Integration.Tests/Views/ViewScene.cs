using System.Net.Sockets;
using LibvirtBackup.Backups;
using LibvirtBackup.Exports;
using LibvirtBackup.Exports.Hosting;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Views;
using LibvirtBackup.Views.Serving;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Views;

/// <summary>A paused guest with a qcow2 and a raw disk, its views, and the servers that hand them on.</summary>
internal sealed class ViewScene : IAsyncDisposable
{
    internal const string Tracked = "vda";
    internal const string Raw = "vdb";

    private readonly Dictionary<string, (NbdServer Server, string Socket)> _servers = new(StringComparer.Ordinal);
    private readonly LabHost? _own;

    private ViewScene(BackupScene backups, LabHost? own) => (Backups, _own) = (backups, own);

    internal BackupScene Backups { get; }

    internal LabGuest Guest => Backups.Guest;

    internal QemuIo Io => new(Guest);

    internal ViewService Service => new(Options, new BackgroundExports(Backups.StateDirectory, TimeProvider.System),
        TimeProvider.System);

    private BackupEngineOptions Options => new() { StateDirectory = Backups.StateDirectory };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<ViewScene> StartAsync(string suite) =>
        await StartAsync(await LabHost.ForAsync(suite), own: null);

    /// <summary>On a host of its own, whose daemon may be killed.</summary>
    internal static async Task<ViewScene> StartPrivateAsync(string suite)
    {
        var host = await LabHost.StartPrivateAsync(suite);
        return await StartAsync(host, host);
    }

    internal Task<ViewSummary> OpenAsync(string name, Func<ViewRequest, ViewRequest>? change = null)
    {
        var request = new ViewRequest { Domain = Guest.Name, Name = name };
        return Service.OpenAsync(Backups.Connection, change?.Invoke(request) ?? request, Token);
    }

    internal async Task<ViewState> StateAsync(string name) =>
        (await Service.GetAsync(Backups.Connection, name, Token)).State;

    /// <summary>Begins to hand a view on.</summary>
    internal async Task ServeAsync(string name)
    {
        var socket = Path.Combine(Guest.Directory, $"{name}.nbd");
        var options = new NbdServerOptions { Address = new UnixDomainSocketEndPoint(socket) };
        var server = await new ViewServer(Options, TimeProvider.System)
            .StartAsync(Guest.Host.ConnectionUri, name, [], options, Token);
        _servers.Add(name, (server, socket));
    }

    internal async Task StopServingAsync()
    {
        foreach (var (server, _) in _servers.Values)
            await server.DisposeAsync();
        _servers.Clear();
    }

    /// <summary>Reads what a view shows, from our server, and compares it with the oracle's copy of its instant.
    /// </summary>
    internal async Task AssertShowsAsync(string name, IReadOnlyDictionary<string, string> oracle, params string[] disks)
    {
        foreach (var disk in disks)
        {
            await using var connection = await ConnectAsync(name, disk);
            var bytes = new byte[connection.Export.SizeBytes];
            await connection.ReadAsync(0, bytes, Token);
            var expected = await File.ReadAllBytesAsync(oracle[disk], Token);
            Assert.Equal(expected.Length, bytes.Length);
            Assert.True(
                bytes.AsSpan().SequenceEqual(expected),
                $"{name} {disk} differs at byte {bytes.AsSpan().CommonPrefixLength(expected)}");
        }
    }

    /// <summary>What a view's disk says of its ranges: those with a flag.</summary>
    internal async Task<List<(long Offset, long Length)>> MapAsync(string name, string disk, string context, ulong flag)
    {
        await using var connection = await ConnectAsync(name, disk, context);
        var map = await NbdMap.ReadAsync(connection, Token);
        var found = new List<(long, long)>();
        var offset = 0L;
        foreach (var extent in map.GetExtents(context))
        {
            if ((extent.Flags & flag) != 0) found.Add((offset, extent.Length));
            offset += extent.Length;
        }

        return found;
    }

    /// <summary>Neither QEMU nor the state directory has anything of a view.</summary>
    internal async Task AssertNothingLeftAsync(bool isRunning = true)
    {
        foreach (var folder in (string[])["views", "scratch", "nbd", "exports"])
        {
            var path = Path.Combine(Backups.StateDirectory, folder);
            Assert.Empty(Directory.Exists(path) ? Directory.EnumerateFileSystemEntries(path) : []);
        }

        string[] queries = isRunning ? ["query-jobs", "query-named-block-nodes", "query-block-exports"] : [];
        foreach (var query in queries)
        {
            var answer = await Guest.Host.Virsh.RunAsync(
                Token, "qemu-monitor-command", Guest.Name, $$"""{"execute":"{{query}}"}""");
            Assert.DoesNotContain("\"lvb-", answer, StringComparison.Ordinal);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopServingAsync();
        await Backups.DisposeAsync();
        if (_own is not null) await _own.DisposeAsync();
    }

    private static async Task<ViewScene> StartAsync(LabHost host, LabHost? own)
    {
        var backups = await BackupScene.StartPausedAsync(
            host, new LabDisk(16 * Units.MiB), new LabDisk(4 * Units.MiB) { Format = "raw" });
        var scene = new ViewScene(backups, own);
        await scene.Io.PaintAsync(Tracked, 0, mebibytes: 8, seed: 1, Token);
        await scene.Io.PaintAsync(Raw, 0, mebibytes: 3, seed: 2, Token);
        return scene;
    }

    private Task<NbdConnection> ConnectAsync(string name, string disk, params string[] contexts) =>
        NbdConnection.ConnectAsync(
            new NbdEndpoint.UnixSocket(_servers[name].Socket, disk),
            new NbdConnectionOptions { MetaContexts = contexts },
            Token);
}
