using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Qmp;
using LibvirtBackup.Views;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// QEMU's one NBD server, left running by a libvirtd that died between the end of a job and that of the server: its
/// successor does not stop it, and no job could begin until QEMU ends (libvirt 9.0, 11.3, 12.8). Or one that serves
/// views: who reads those goes on with the server of the job.
/// </summary>
internal static class LeftNbdServer
{
    /// <summary>What libvirt puts before the names of the nodes that its backup jobs export.</summary>
    private const string Mark = "libvirt-nbd-";

    /// <summary>QEMU's text, which is in no other language.</summary>
    internal static bool IsInTheWay(LibvirtException e) =>
        e.Message.Contains("NBD server already running", StringComparison.Ordinal);

    /// <summary>
    /// Stops it when all that it exports is of views, or libvirt's, which has no job: libvirt was just ready to begin
    /// one.
    /// </summary>
    /// <returns>Whose it was, in words; null when it may be somebody else's.</returns>
    internal static async Task<string?> TryStopAsync(LibvirtDomain domain)
    {
        var qemu = QmpClient.For(domain);
        try
        {
            var exports = await qemu.QueryExportsAsync(CancellationToken.None).ConfigureAwait(false);
            var ofViews = exports.Count(export => export.Id.StartsWith(ViewNodes.Mark, StringComparison.Ordinal));
            var left = exports.Count(export => export.Id.StartsWith(Mark, StringComparison.Ordinal));
            if (exports.Count == 0 || ofViews + left < exports.Count) return null;
            await qemu.StopNbdServerAsync(CancellationToken.None).ConfigureAwait(false);
            return left > 0
                ? "which a libvirtd that died had left running"
                : "which served a view: its readers go on with the backup's";
        }
        catch (QmpException)
        {
            return null;
        }
    }
}
