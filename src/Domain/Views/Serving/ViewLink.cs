using System.Security.Cryptography;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Views.Serving;

/// <summary>
/// The way to one disk of a view, by QEMU's NBD server; found again when that server ends, as it does with libvirt's
/// backups. Thread-safe.
/// </summary>
internal sealed class ViewLink : IAsyncDisposable
{
    /// <summary>How long servers may come and go.</summary>
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly string? _uri;
    private readonly ViewRecord _view;
    private readonly QemuNbdServer _server;
    private readonly TimeProvider _time;
    private readonly NbdBlockExport _export;
    private readonly SemaphoreSlim _turn = new(1);
    private NbdConnection? _connection;
    private bool _wasOurs;

    /// <param name="uri">The libvirt that runs the domain; null for its default.</param>
    /// <param name="view">The view.</param>
    /// <param name="disk">The disk's place in it.</param>
    /// <param name="server">QEMU's server.</param>
    /// <param name="time">The clock.</param>
    internal ViewLink(string? uri, ViewRecord view, int disk, QemuNbdServer server, TimeProvider time)
    {
        (_uri, _view, _server, _time) = (uri, view, server, time);
        var names = view.NodesOf(disk);
        var since = view.Disks[disk].Since;
        var id = $"{names.Access}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        _export = new NbdBlockExport(id, view.AccessOf(disk), id)
        {
            Bitmaps = [.. since.Select(checkpoint => new BitmapSource(names.Scratch, checkpoint))],
        };
        Contexts = ["base:allocation", .. since.Select(checkpoint => $"qemu:dirty-bitmap:{checkpoint}")];
    }

    /// <summary>What can be asked of its ranges.</summary>
    internal IReadOnlyList<string> Contexts { get; }

    /// <summary>Does something with the disk, and once more where the server ends meanwhile.</summary>
    /// <exception cref="BackupException">The view cannot be read.</exception>
    internal async Task<T> RunAsync<T>(
        Func<NbdConnection, CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            var connection = await GetAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await request(connection, cancellationToken).ConfigureAwait(false);
            }
            catch (NbdException e) when (e.IsConnectionLost && _time.GetElapsedTime(start) < s_most)
            {
                await DropAsync(connection, cancellationToken).ConfigureAwait(false);
            }
            catch (NbdException e)
            {
                throw Unreadable(e.Message, e);
            }
        }
    }

    /// <summary>Takes the export out of QEMU; what cannot be, goes with the view.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
        try
        {
            await WithDomainAsync(
                async domain =>
                {
                    await _server.DetachAsync(domain, _export.Id, CancellationToken.None).ConfigureAwait(false);
                    return true;
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is BackupException or LibvirtException or QmpException)
        {
            // The domain has ended, or libvirt is away.
        }
    }

    /// <summary>Connects unless it is connected.</summary>
    /// <exception cref="BackupException">The view cannot be reached.</exception>
    internal async Task<NbdConnection> GetAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _connection ??= await ConnectAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task DropAsync(NbdConnection lost, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_connection != lost) return; // somebody else was faster
            _connection = null;
            await lost.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<NbdConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            try
            {
                var (socket, isOurs) = await WithDomainAsync(AttachAsync, cancellationToken).ConfigureAwait(false);
                _wasOurs = isOurs;
                return await NbdConnection.ConnectAsync(
                    new NbdEndpoint.UnixSocket(socket, _export.Name),
                    new NbdConnectionOptions { MetaContexts = Contexts },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (NbdException e) when (_time.GetElapsedTime(start) > s_most)
            {
                throw Unreadable(e.Message, e);
            }
            catch (NbdException)
            {
                // The server ended between the two.
                await Task.Delay(s_pause, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (LibvirtException e)
            {
                throw HostRefusal.Of(e, $"view '{_view.Name}' of domain '{_view.Domain}' cannot be reached");
            }
        }
    }

    private async Task<(string Socket, bool IsOurs)> AttachAsync(LibvirtDomain domain)
    {
        if (!await domain.IsActiveAsync(CancellationToken.None).ConfigureAwait(false))
            throw Unreadable("the domain does not run any more", null);
        var nodes = await QmpClient.For(domain).QueryNamedBlockNodesAsync(CancellationToken.None).ConfigureAwait(false);
        if (nodes.All(node => node.NodeName != _export.NodeName))
            throw Unreadable("QEMU does not have it any more", null);
        return await _server.AttachAsync(domain, _export, _wasOurs, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Asks libvirt over a connection of its own: it is asked seldom, and may have been restarted.</summary>
    private async Task<T> WithDomainAsync<T>(
        Func<LibvirtDomain, Task<T>> action, CancellationToken cancellationToken)
    {
        var connection = await LibvirtConnection.OpenAsync(_uri, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        using var domain = await connection.LookupDomainAsync(_view.DomainUuid, cancellationToken)
            .ConfigureAwait(false);
        return await action(domain).ConfigureAwait(false);
    }

    private BackupException Unreadable(string why, Exception? inner) => new(
        FailureKind.Failed,
        $"view '{_view.Name}' of domain '{_view.Domain}' cannot be read: {why}; see 'lvbackup snapshot-show "
        + $"{_view.Name}'",
        inner);
}
