using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace LibvirtBackup.Hosts;

/// <summary>Calls of qemu-img.</summary>
internal static class QemuImage
{
    /// <exception cref="BackupException">qemu-img is absent or failed.</exception>
    internal static async Task CreateAsync(
        string path, string format, long sizeBytes, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("qemu-img")
        {
            ArgumentList = { "create", "-q", "-f", format, path, sizeBytes.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            using var process = Process.Start(start)!; // null only with UseShellExecute
            var error = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            if (process.ExitCode != 0)
                throw new BackupException(FailureKind.Failed, $"cannot create '{path}': {error.Trim()}");
        }
        catch (Win32Exception e)
        {
            throw new BackupException(FailureKind.NotSupported, $"cannot run qemu-img ({e.Message}): install package "
                + "qemu-utils", e);
        }
    }
}
