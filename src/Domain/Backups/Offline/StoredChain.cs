using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Xml;

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
                    + "killed, or one on another host has it open still";
            if (!found.IsRecording) return $"bitmap '{bitmap}' of image '{image.FileName}' does not record";
            if (!Path.IsPathRooted(image.FileName))
                return $"image '{image.FileName}', which holds a part of bitmap '{bitmap}', is no file of this host";
        }

        return null;
    }

    /// <summary>
    /// Why the guest would see another disk than these images make; null when it would not. libvirt believes a
    /// definition that names what is behind an image, and what the definition leaves open it asks the images.
    /// </summary>
    internal string? WhyOther(DomainDisk disk)
    {
        if (disk.IsEncrypted) return "it is encrypted by QEMU, and only a running domain's QEMU decrypts it";
        if (disk.Source?.Remainder.ToString().Split(' ').Contains("slices") == true)
            return "the guest has only a part of its image (slices)";
        var named = DiskLayers.Of(disk);
        for (var i = 1; i <= disk.BackingChain.Count; i++)
        {
            var (layer, image) = (disk.BackingChain[i - 1], Images.ElementAtOrDefault(i));
            if (image is null)
                return $"the definition has an image behind '{Images[i - 1].FileName}', which names none itself";
            if (layer.Format is { } format && format.Value != image.Format)
                return $"'{image.FileName}' is {format.Value} in the definition, and {image.Format} for the image over "
                    + "it";
            if (Path.IsPathRooted(image.FileName) && i < named.Count && !DiskLayers.IsSame(image.FileName, named[i]))
                return $"the definition has '{named[i].Source}' behind '{Images[i - 1].FileName}', which itself names "
                    + $"'{image.FileName}'";
        }

        return disk.BackingChainEnds && Images.Count > disk.BackingChain.Count + 1
            ? $"the definition has nothing behind '{Images[disk.BackingChain.Count].FileName}', which itself names "
                + $"'{Images[disk.BackingChain.Count + 1].FileName}'"
            : null;
    }

    /// <summary>The exports of the images behind the top one that hold a part of a bitmap.</summary>
    internal IReadOnlyList<NbdEndpoint> LowerLayersOf(string bitmap) =>
    [
        .. Images.Skip(1).Where(image => image.Bitmaps.Any(b => b.Name == bitmap))
            .Select(image => ImageExport.ForReading(image.FileName, image.Format, bitmap)),
    ];
}
