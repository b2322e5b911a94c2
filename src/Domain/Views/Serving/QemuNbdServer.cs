using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Views.Serving;

/// <summary>
/// QEMU's NBD server, of which it has one. While libvirt's backup job has it, our exports are put into that one; else
/// it is started on a socket of ours, and stopped when nothing is exported any more. A backup that finds ours stops it
/// (<see cref="LeftNbdServer"/>): then we go with the backup's.
/// </summary>
internal sealed class QemuNbdServer(string stateDirectory, TimeProvider time)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    /// <summary>How long servers may come and go.</summary>
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);

    /// <summary>How long a backup that has stopped our server may take to start its own.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(500);

    /// <summary>Exports a node.</summary>
    /// <param name="domain">The running domain.</param>
    /// <param name="export">What is exported; it may be there already.</param>
    /// <param name="isAfterLoss">True when our server was stopped by somebody else, who needs it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The socket, and whether the server is ours.</returns>
    /// <exception cref="BackupException">It cannot be exported.</exception>
    internal async Task<(string Socket, bool IsOurs)> AttachAsync(
        LibvirtDomain domain, NbdBlockExport export, bool isAfterLoss, CancellationToken cancellationToken)
    {
        var qemu = QmpClient.For(domain);
        var start = time.GetTimestamp();
        while (true)
        {
            var libvirts = await PullJob.GetSocketAsync(domain, cancellationToken).ConfigureAwait(false);
            if (libvirts is null && isAfterLoss && time.GetElapsedTime(start) < s_grace)
            {
                await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var why = await TryAttachAsync(domain, qemu, export, libvirts, cancellationToken).ConfigureAwait(false);
            if (why is null) return (libvirts ?? SocketOf(domain), libvirts is null);
            if (time.GetElapsedTime(start) > s_most)
                throw new BackupException(
                    FailureKind.Failed, $"QEMU does not export the view of domain '{domain.Name}': {why}");
            await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends exports with their clients, and our server with the last one.</summary>
    /// <param name="domain">The running domain.</param>
    /// <param name="prefix">What the ids of the exports begin with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task DetachAsync(LibvirtDomain domain, string prefix, CancellationToken cancellationToken)
    {
        var qemu = QmpClient.For(domain);
        var start = time.GetTimestamp();
        while (true)
        {
            var exports = await qemu.QueryExportsAsync(cancellationToken).ConfigureAwait(false);
            var ours = exports.Where(export => export.Id.StartsWith(prefix, StringComparison.Ordinal)).ToList();
            if (ours.Count == 0)
            {
                if (!exports.Any(export => export.Id.StartsWith(ViewNodes.Mark, StringComparison.Ordinal)))
                    await StopAsync(domain, qemu, exports.Count == 0, cancellationToken).ConfigureAwait(false);
                return;
            }

            foreach (var export in ours)
                await TryAsync(() => qemu.RemoveExportAsync(export.Id, cancellationToken)).ConfigureAwait(false);
            if (time.GetElapsedTime(start) > s_most)
                throw new BackupException(
                    FailureKind.Failed,
                    $"QEMU does not end export '{ours[0].Id}' of domain '{domain.Name}'; try again");
            await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string?> TryAttachAsync(
        LibvirtDomain domain, QmpClient qemu, NbdBlockExport export, string? libvirts,
        CancellationToken cancellationToken)
    {
        if (libvirts is { Length: 0 })
            return "a backup job has its NBD server, whose address is no unix socket; wait for its end";
        if (libvirts is null)
        {
            var owner = QemuOwner.FromCapabilities(
                await domain.Connection.GetCapabilitiesXmlAsync(cancellationToken).ConfigureAwait(false));
            await JobDirectory.CreateAsync(DirectoryOf(domain.Uuid), owner, "--state-dir", cancellationToken)
                .ConfigureAwait(false);
            var why = await TryAsync(() => qemu.StartNbdServerAsync(SocketOf(domain), cancellationToken))
                .ConfigureAwait(false);
            // It may be ours already, for another view.
            if (why is not null && !File.Exists(SocketOf(domain))) return why;
        }

        var exports = await qemu.QueryExportsAsync(cancellationToken).ConfigureAwait(false);
        return exports.Any(one => one.Id == export.Id)
            ? null
            : await TryAsync(() => qemu.AddExportAsync(export, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Removes what the server of a domain that has ended left.</summary>
    internal void Forget(Guid domain) => JobDirectory.Remove(DirectoryOf(domain));

    private async Task StopAsync(
        LibvirtDomain domain, QmpClient qemu, bool isIdle, CancellationToken cancellationToken)
    {
        if (isIdle && File.Exists(SocketOf(domain))
            && await PullJob.GetSocketAsync(domain, cancellationToken).ConfigureAwait(false) is null)
            await TryAsync(() => qemu.StopNbdServerAsync(cancellationToken)).ConfigureAwait(false);
        Forget(domain.Uuid);
    }

    /// <returns>QEMU's text, or null when it did it.</returns>
    private static async Task<string?> TryAsync(Func<Task> change)
    {
        try
        {
            await change().ConfigureAwait(false);
            return null;
        }
        catch (QmpException e)
        {
            return e.Description;
        }
    }

    private string SocketOf(LibvirtDomain domain) => JobDirectory.SocketOf(DirectoryOf(domain.Uuid));

    private string DirectoryOf(Guid domain) =>
        Path.Combine(Path.GetFullPath(stateDirectory), "nbd", $"{domain:n}"[..16]);
}
