using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Backups.Offline;

/// <summary>The images of one disk of a shut-off domain, the one that the guest writes first.</summary>
internal sealed record StoredChain(IReadOnlyList<QemuImageInfo> Images)
{
    /// <summary>
    /// The files and devices of this host that the disk consists of; an image that is something else is left out.
    /// </summary>
    internal IReadOnlyList<string> Files =>
    [
        .. Images.SelectMany(image => image.Properties.DataFile is { } data
            ? (string[])[image.FileName, Path.Combine(Path.GetDirectoryName(image.FileName) ?? "", data)]
            : [image.FileName]).Where(Path.IsPathRooted),
    ];

    /// <summary>Looks at the bitmaps of a checkpoint.</summary>
    /// <param name="chains">By disk.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="isKnown">Whether libvirt knows it.</param>
    internal static CheckpointProbe Probe(
        IReadOnlyDictionary<string, StoredChain> chains, string checkpoint, bool isKnown)
    {
        var reasons = chains.ToDictionary(
            pair => pair.Key, pair => pair.Value.WhyUnusable(checkpoint), StringComparer.Ordinal);
        return new CheckpointProbe(
            checkpoint, isKnown, reasons.ToDictionary(pair => pair.Key, pair => pair.Value is null))
        {
            Reasons = reasons.Where(pair => pair.Value is not null)
                .ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal), // just filtered
        };
    }

    /// <summary>
    /// Why a bitmap does not tell what changed since it was made; null when it does. The rule is libvirt's, but that
    /// the top image has to hold the bitmap: what was written there would be missing.
    /// </summary>
    internal string? WhyUnusable(string bitmap)
    {
        var isEnded = false;
        foreach (var image in Images)
        {
            var found = image.Bitmaps.FirstOrDefault(b => b.Name == bitmap);
            if (found is null && image == Images[0])
                return $"image '{image.FileName}' has no bitmap '{bitmap}' (lost with a QEMU that was killed, or never "
                    + "made in this image)";
            isEnded |= found is null;
            if (found is null) continue;
            if (isEnded) return $"bitmap '{bitmap}' of image '{image.FileName}' is missing in an image above it";
            if (found.IsInUse)
                return $"bitmap '{bitmap}' of image '{image.FileName}' is inconsistent: a QEMU that had it open was "
                    + "killed";
            if (!found.IsRecording) return $"bitmap '{bitmap}' of image '{image.FileName}' does not record";
            if (!Path.IsPathRooted(image.FileName))
                return $"image '{image.FileName}', which holds a part of bitmap '{bitmap}', is no file of this host";
        }

        return null;
    }

    /// <summary>The exports of the images behind the top one that hold a part of a bitmap.</summary>
    internal IReadOnlyList<NbdEndpoint> LowerLayersOf(string bitmap) =>
    [
        .. Images.Skip(1).Where(image => image.Bitmaps.Any(b => b.Name == bitmap))
            .Select(image => ImageExport.ForReading(image.FileName, image.Format, bitmap)),
    ];
}
