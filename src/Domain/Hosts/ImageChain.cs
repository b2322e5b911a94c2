using System.Runtime.CompilerServices;

namespace LibvirtBackup.Hosts;

/// <summary>
/// An image and those behind it, the top one first, also while a guest writes. The format of each is said by the one
/// before it, never guessed: a guest can write to a raw disk what looks like an image of another format, and qemu-img
/// would believe it.
/// </summary>
internal static class ImageChain
{
    /// <inheritdoc cref="QemuImage.InspectAsync(string, string, CancellationToken)"/>
    /// <exception cref="BackupException">Also: an image does not say which format the one behind it has.</exception>
    internal static async Task<IReadOnlyList<QemuImageInfo>> InspectAsync(
        string path, string format, CancellationToken cancellationToken)
    {
        var chain = new List<QemuImageInfo>();
        await foreach (var image in WalkAsync(path, format, cancellationToken).ConfigureAwait(false))
            chain.Add(image);
        return chain;
    }

    /// <summary>The same, one after the other: those before a fault are told.</summary>
    /// <inheritdoc cref="InspectAsync(string, string, CancellationToken)"/>
    internal static async IAsyncEnumerable<QemuImageInfo> WalkAsync(
        string path, string format, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (seen.Add(path))
        {
            var image = await QemuImage.InspectSharedAsync(path, format, cancellationToken).ConfigureAwait(false);
            yield return image;
            if (image.Backing is not { } backing) yield break;
            (path, format) = (backing.Path, backing.Format ?? throw Unknown(image));
        }

        throw new BackupException(FailureKind.Failed, $"image '{path}' lies behind itself; restore it from a backup");
    }

    private static BackupException Unknown(QemuImageInfo image) => new(
        FailureKind.Failed,
        $"image '{image.FileName}' does not say which format '{image.Properties.BackingFile}' behind it has, and what "
        + "a guest wrote there cannot tell; say it while nobody has the image open: qemu-img rebase -u -f "
        + $"{image.Format} -b '{image.Properties.BackingFile}' -F FORMAT '{image.FileName}'");
}
