using LibvirtBackup.Hosts;

namespace LibvirtBackup.ImageSets;

/// <summary>The last look at an image that was written: it is checked, and read back for its hash.</summary>
internal static class ImageSeal
{
    /// <param name="path">The image, which nobody has open and which is on stable storage.</param>
    /// <param name="expected">What it has to be.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The same with length, hash and time.</returns>
    /// <exception cref="BackupException">Integrity: it is something else.</exception>
    internal static async Task<ImagePointDisk> SealAsync(
        string path, ImagePointDisk expected, CancellationToken cancellationToken)
    {
        var end = expected.Format == "qcow2"
            ? await QemuImage.CheckAsync(path, cancellationToken).ConfigureAwait(false)
            : expected.VirtualSizeBytes;
        var image = await QemuImage.InspectAsync(path, expected.Format, cancellationToken).ConfigureAwait(false);
        if (image.VirtualSizeBytes != expected.VirtualSizeBytes
            || image.Properties.BackingFile != expected.BackingFile)
            throw new BackupException(
                FailureKind.Integrity,
                $"'{path}' was written with {image.VirtualSizeBytes} bytes over "
                + $"'{image.Properties.BackingFile ?? "nothing"}' instead of {expected.VirtualSizeBytes} over "
                + $"'{expected.BackingFile ?? "nothing"}'; no point was made, run the push again");
        var length = expected.IsDevice ? end : new FileInfo(path).Length;
        return expected with
        {
            LengthBytes = length,
            Sha256 = await ImageHash.ComputeAsync(path, length, cancellationToken).ConfigureAwait(false),
            Written = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero),
        };
    }
}
