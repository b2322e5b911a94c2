using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace LibvirtBackup.Hosts;

/// <summary>The dirty bitmaps that are stored in a qcow2 image.</summary>
internal static class ImageBitmaps
{
    /// <summary>
    /// Names of the bitmaps that can be believed. QEMU marks a bitmap as in use while it has the image open, and a
    /// crash leaves it so: then it misses what was written last.
    /// </summary>
    /// <exception cref="BackupException">qemu-img is absent or cannot read the image.</exception>
    internal static async Task<IReadOnlySet<string>> ListAsync(
        string path, string format, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("qemu-img")
        {
            ArgumentList = { "info", "--force-share", "--output=json", "-f", format, path },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            using var process = Process.Start(start)!; // null only with UseShellExecute
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            var info = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode == 0
                ? Parse(info)
                : throw new BackupException(
                    FailureKind.Failed,
                    $"cannot look at image '{path}': {(await error.ConfigureAwait(false)).Trim()}");
        }
        catch (Win32Exception e)
        {
            throw new BackupException(
                FailureKind.NotSupported, $"cannot run qemu-img ({e.Message}): install package qemu-utils", e);
        }
    }

    internal static IReadOnlySet<string> Parse(string info)
    {
        using var document = JsonDocument.Parse(info);
        if (!document.RootElement.TryGetProperty("format-specific", out var specific)
            || !specific.GetProperty("data").TryGetProperty("bitmaps", out var bitmaps))
            return new HashSet<string>();
        return bitmaps.EnumerateArray()
            .Where(bitmap => bitmap.GetProperty("flags").EnumerateArray().All(flag => flag.GetString() != "in-use"))
            .Select(bitmap => bitmap.GetProperty("name").GetString()!) // qemu-img names every bitmap
            .ToHashSet(StringComparer.Ordinal);
    }
}
