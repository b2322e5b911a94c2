using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Exports;
using LibvirtBackup.Exports.Hosting;
using LibvirtBackup.Repositories;
using LibvirtBackup.Views.Serving;

namespace LibvirtBackup.Cli.Exports;

/// <summary>Serves what an order says.</summary>
internal static class OrderServing
{
    /// <param name="context">The services.</param>
    /// <param name="order">What, where, and to whom.</param>
    /// <param name="repository">That of the points; null for a view.</param>
    /// <param name="cancellationToken">Gives up before the server runs.</param>
    /// <returns>The server, which has begun to listen.</returns>
    /// <exception cref="BackupException">It cannot be served.</exception>
    internal static Task<NbdServer> ServeAsync(
        this CommandContext context, ExportOrder order, Repository? repository, CancellationToken cancellationToken) =>
        order.View is { } view
            ? context.Get<ViewServer>().StartAsync(
                context.Settings.ConnectUri, view, order.Disks, order.ToOptions(), cancellationToken)
            : context.Get<PointServer>().StartAsync(
                repository!, order.ToRequest(), order.ToOptions(), cancellationToken); // an order without view has one
}
