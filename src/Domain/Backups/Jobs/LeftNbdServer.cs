using System.Text.Json;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// QEMU's one NBD server, left running by a libvirtd that died between the end of a job and that of the server: its
/// successor does not stop it, and no job could begin until QEMU ends (libvirt 9.0, 11.3, 12.8).
/// </summary>
internal static class LeftNbdServer
{
    /// <summary>What libvirt puts before the names of the nodes that its backup jobs export.</summary>
    private const string Mark = "libvirt-nbd-";

    /// <summary>QEMU's text, which is in no other language.</summary>
    internal static bool IsInTheWay(LibvirtException e) =>
        e.Message.Contains("NBD server already running", StringComparison.Ordinal);

    /// <summary>
    /// Stops it when all that it exports is libvirt's, which has no job: libvirt was just ready to begin one.
    /// </summary>
    /// <returns>False when it may be somebody else's.</returns>
    internal static async Task<bool> TryStopAsync(LibvirtDomain domain)
    {
        using var exports = await AskAsync(domain, "query-block-exports").ConfigureAwait(false);
        if (!exports.RootElement.TryGetProperty("return", out var list)
            || list.GetArrayLength() == 0
            || list.EnumerateArray().Any(export =>
                export.GetProperty("id").GetString()?.StartsWith(Mark, StringComparison.Ordinal) != true))
            return false;
        using var stopped = await AskAsync(domain, "nbd-server-stop").ConfigureAwait(false);
        return stopped.RootElement.TryGetProperty("return", out _);
    }

    private static async Task<JsonDocument> AskAsync(LibvirtDomain domain, string command) => JsonDocument.Parse(
        await domain.QemuMonitorCommandAsync(
            $$"""{"execute":"{{command}}"}""", cancellationToken: CancellationToken.None).ConfigureAwait(false));
}
