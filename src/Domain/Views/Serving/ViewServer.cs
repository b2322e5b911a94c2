using LibvirtBackup.Backups;
using LibvirtBackup.Exports;

namespace LibvirtBackup.Views.Serving;

/// <summary>Serves views to NBD clients. QEMU has one NBD server only, so what it says is handed on by ours.</summary>
/// <param name="options">Where this host's state is.</param>
/// <param name="time">The clock.</param>
internal sealed class ViewServer(BackupEngineOptions options, TimeProvider time)
{
    /// <summary>Begins to serve.</summary>
    /// <param name="uri">The libvirt that runs the domain; null for its default.</param>
    /// <param name="name">The view.</param>
    /// <param name="disks">Target names of the disks (<c>vda</c>), or empty for all.</param>
    /// <param name="server">Where, and to whom.</param>
    /// <param name="cancellationToken">Gives up before the server runs; then it is not stopped by it any more.</param>
    /// <returns>The server, which has begun to listen.</returns>
    /// <exception cref="BackupException">The view cannot be read, or the address cannot be used.</exception>
    public async Task<NbdServer> StartAsync(
        string? uri, string name, IReadOnlyList<string> disks, NbdServerOptions server,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(disks);
        ArgumentNullException.ThrowIfNull(server);
        var view = new ViewRegistry(options.StateDirectory).Get(name);
        if (view.Phase != ViewPhase.Open)
            throw new BackupException(
                FailureKind.Failed, $"view '{name}' is not open; see 'lvbackup snapshot-show {name}'");
        if (disks.FirstOrDefault(disk => view.Disks.All(one => one.Name != disk)) is { } unknown)
            throw new BackupException(
                FailureKind.Usage,
                $"view '{name}' has no disk '{unknown}'; it has "
                + string.Join(", ", view.Disks.Select(disk => disk.Name)));
        var links = new Links();
        try
        {
            var exports = new List<IExport>();
            var qemu = new QemuNbdServer(options.StateDirectory, time);
            for (var i = 0; i < view.Disks.Count; i++)
            {
                if (disks.Count > 0 && !disks.Contains(view.Disks[i].Name, StringComparer.Ordinal)) continue;
                var link = new ViewLink(uri, view, i, qemu, time);
                links.All.Add(link);
                await link.GetAsync(cancellationToken).ConfigureAwait(false);
                exports.Add(new ViewExport(view, view.Disks[i], link));
            }

            return NbdServer.Start(exports, server, time, links, []);
        }
        catch
        {
            await links.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What the server needs as long as it runs.</summary>
    private sealed class Links : IAsyncDisposable
    {
        internal List<ViewLink> All { get; } = [];

        public async ValueTask DisposeAsync()
        {
            foreach (var link in All)
                await link.DisposeAsync().ConfigureAwait(false);
        }
    }
}
