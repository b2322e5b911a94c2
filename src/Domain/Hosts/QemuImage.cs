using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LibvirtBackup.Extents;

namespace LibvirtBackup.Hosts;

/// <summary>Calls of qemu-img and its kin.</summary>
internal static class QemuImage
{
    /// <summary>
    /// Whether somebody holds one of QEMU's locks on a file or device; changes nothing. qemu-img is no help there, it
    /// never opens for writing what it only looks at.
    /// </summary>
    /// <exception cref="BackupException">qemu-io is absent, or says why it cannot open the file at all.</exception>
    internal static async Task<bool> IsInUseAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync("qemu-io", path, ["-f", "raw", "-c", "length", path], cancellationToken)
                .ConfigureAwait(false);
            return false;
        }
        catch (BackupException e) when (e.Kind == FailureKind.Failed)
        {
            // If it can be opened without locks, the locks were why not.
            await RunAsync(
                "qemu-io", path,
                ["-c", "length", "--image-opts", $"driver=raw,{ImageExport.FileOptions(path)},file.locking=off"],
                cancellationToken).ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>What an image is, which no QEMU has open.</summary>
    /// <param name="path">The image.</param>
    /// <param name="format">Its format, which is never guessed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">qemu-img is absent, or says why it cannot.</exception>
    internal static async Task<QemuImageInfo> InspectAsync(
        string path, string format, CancellationToken cancellationToken) =>
        await InspectAsync(path, ["info", "--output=json", "-f", format, path], cancellationToken)
            .ConfigureAwait(false);

    /// <summary>What an image is, also while a guest writes it.</summary>
    /// <inheritdoc cref="InspectAsync(string, string, CancellationToken)"/>
    internal static async Task<QemuImageInfo> InspectSharedAsync(
        string path, string format, CancellationToken cancellationToken) =>
        await InspectAsync(path, ["info", "-U", "--output=json", "-f", format, path], cancellationToken)
            .ConfigureAwait(false);

    /// <summary>
    /// Which parts of a disk an image holds itself, as data or as zeroes, whatever is behind it; also while a guest
    /// writes: what was there before is found.
    /// </summary>
    /// <inheritdoc cref="InspectAsync(string, string, CancellationToken)"/>
    internal static async Task<RangeSet> ReadAllocationSharedAsync(
        string path, string format, CancellationToken cancellationToken)
    {
        var node = new JsonObject
        {
            ["driver"] = format,
            ["file"] = new JsonObject { ["driver"] = ImageExport.FileDriver(path), ["filename"] = path },
            ["backing"] = null,
        };
        return await ReadMapAsync(
            path, $"json:{node.ToJsonString()}", [], QemuImageMap.ReadAllocation, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Which parts of a disk may be other than zeroes, in an image or what is behind it, which
    /// <see cref="ImageChain"/> has looked at; also while a guest writes.
    /// </summary>
    /// <inheritdoc cref="InspectAsync(string, string, CancellationToken)"/>
    internal static Task<RangeSet> ReadDataSharedAsync(
        string path, string format, CancellationToken cancellationToken) =>
        ReadMapAsync(path, path, ["-f", format], QemuImageMap.ReadData, cancellationToken);

    private static async Task<RangeSet> ReadMapAsync(
        string path, string image, string[] options, Func<string, RangeSet> read, CancellationToken cancellationToken)
    {
        var answer = await RunAsync(
            "qemu-img", path, ["map", "-U", "--output=json", .. options, image], cancellationToken)
            .ConfigureAwait(false);
        try
        {
            return read(answer);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new BackupException(
                FailureKind.Failed, $"qemu-img gives no usable map of '{path}': {e.Message}", e);
        }
    }

    /// <summary>
    /// Makes an empty bitmap that records from the next opening on, in an image that nobody has open.
    /// </summary>
    /// <exception cref="BackupException">qemu-img is absent, or says why it cannot.</exception>
    internal static Task AddBitmapAsync(string path, string name, CancellationToken cancellationToken) =>
        RunAsync("qemu-img", path, ["bitmap", "--add", "-f", "qcow2", path, name], cancellationToken);

    /// <summary>The same, with a granularity in bytes.</summary>
    /// <exception cref="BackupException">qemu-img is absent, or says why it cannot.</exception>
    internal static Task AddBitmapAsync(
        string path, string name, long granularity, CancellationToken cancellationToken) => RunAsync(
            "qemu-img", path,
            ["bitmap", "--add", "-g", granularity.ToString(CultureInfo.InvariantCulture), "-f", "qcow2", path, name],
            cancellationToken);

    /// <summary>Removes a bitmap, also a broken one.</summary>
    /// <exception cref="BackupException">qemu-img is absent, or says why it cannot.</exception>
    internal static Task RemoveBitmapAsync(string path, string name, CancellationToken cancellationToken) =>
        RunAsync("qemu-img", path, ["bitmap", "--remove", "-f", "qcow2", path, name], cancellationToken);

    /// <summary>Changes a bitmap in an image that nobody has open.</summary>
    /// <exception cref="BackupException">qemu-img is absent, or says why it cannot.</exception>
    internal static Task ChangeBitmapsAsync(ImageBitmapCall call, CancellationToken cancellationToken) =>
        RunAsync("qemu-img", call.Image, [.. call.Arguments], cancellationToken);

    /// <summary>
    /// Makes an empty qcow2 image over another one, which need not be there yet. That is named in it, so that nobody
    /// takes it for complete.
    /// </summary>
    /// <exception cref="BackupException">qemu-img is absent, or says why it cannot.</exception>
    internal static Task CreateOverlayAsync(
        string path, long sizeBytes, string backing, string backingFormat, CancellationToken cancellationToken) =>
        RunAsync(
            "qemu-img", path,
            [
                "create", "-q", "-u", "-f", "qcow2", "-b", backing, "-F", backingFormat, path,
                sizeBytes.ToString(CultureInfo.InvariantCulture),
            ],
            cancellationToken);

    /// <summary>Makes an empty qcow2 image.</summary>
    /// <exception cref="BackupException">qemu-img is absent, or says why it cannot.</exception>
    internal static Task CreateEmptyAsync(string path, long sizeBytes, CancellationToken cancellationToken) => RunAsync(
        "qemu-img", path,
        ["create", "-q", "-f", "qcow2", path, sizeBytes.ToString(CultureInfo.InvariantCulture)], cancellationToken);

    /// <summary>Makes a raw image of zeroes, with all its space at once if wanted.</summary>
    /// <exception cref="BackupException">qemu-img is absent, or says why it cannot.</exception>
    internal static Task CreateRawAsync(
        string path, long sizeBytes, bool isAllocated, CancellationToken cancellationToken) => RunAsync(
            "qemu-img", path,
            [
                "create", "-q", "-f", "raw", "-o", $"preallocation={(isAllocated ? "falloc" : "off")}", path,
                sizeBytes.ToString(CultureInfo.InvariantCulture),
            ],
            cancellationToken);

    /// <summary>Copies a raw image, without its holes.</summary>
    /// <exception cref="BackupException">qemu-img is absent, or says why it cannot.</exception>
    internal static Task CopyRawAsync(string path, string copy, CancellationToken cancellationToken) => RunAsync(
        "qemu-img", path, ["convert", "-q", "-f", "raw", "-O", "raw", path, copy], cancellationToken);

    /// <summary>Looks for errors in a qcow2 image that nobody has open; changes nothing.</summary>
    /// <returns>Where the image ends in its file or device, in bytes.</returns>
    /// <exception cref="BackupException">qemu-img is absent, or finds an error.</exception>
    internal static async Task<long> CheckAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await RunAsync(
            "qemu-img", path, ["check", "--output=json", "-f", "qcow2", path], cancellationToken)
            .ConfigureAwait(false);
        using var document = JsonDocument.Parse(answer);
        return document.RootElement.GetProperty("image-end-offset").GetInt64();
    }

    /// <summary>Copies all that an image has from the one below into it, which is then on its own. Nobody has it open.
    /// </summary>
    /// <exception cref="BackupException">qemu-img is absent, or says why it cannot; the image is as good as before.
    /// </exception>
    internal static Task FlattenAsync(string path, CancellationToken cancellationToken) =>
        RunAsync("qemu-img", path, ["rebase", "-q", "-f", "qcow2", "-b", string.Empty, path], cancellationToken);

    private static async Task<QemuImageInfo> InspectAsync(
        string path, string[] arguments, CancellationToken cancellationToken)
    {
        var answer = await RunAsync("qemu-img", path, arguments, cancellationToken).ConfigureAwait(false);
        try
        {
            return QemuImageInfo.Parse(answer);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new BackupException(
                FailureKind.Failed, $"qemu-img gives no usable description of '{path}': {e.Message}", e);
        }
    }

    private static async Task<string> RunAsync(
        string program, string path, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var process = Process.Start(start)!; // null only with UseShellExecute
            try
            {
                var error = process.StandardError.ReadToEndAsync(cancellationToken);
                var output = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
                await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
                var why = (await error.ConfigureAwait(false)).Trim().ReplaceLineEndings("; ");
                return process.ExitCode == 0
                    ? output
                    : throw new BackupException(FailureKind.Failed, $"{program} cannot open or change '{path}': {why}");
            }
            finally
            {
                await EndAsync(process).ConfigureAwait(false);
            }
        }
        catch (Win32Exception e)
        {
            var why = new Win32Exception(e.NativeErrorCode).Message;
            throw new BackupException(
                FailureKind.NotSupported, $"cannot run {program} ({why}): install package qemu-utils", e);
        }
    }

    /// <summary>Whoever gave up must not leave a program that goes on with the image.</summary>
    private static async Task EndAsync(Process process)
    {
        if (process.HasExited) return;
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
    }
}
