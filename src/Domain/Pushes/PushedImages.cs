using LibvirtBackup.ImageSets;

namespace LibvirtBackup.Pushes;

/// <summary>The images that QEMU has written: brought to stable storage, checked, and read back.</summary>
internal sealed class PushedImages(IReadOnlyList<PushTarget> targets)
{
    /// <exception cref="BackupException">Integrity: an image is not what it has to be.</exception>
    internal async Task<IReadOnlyList<ImagePointDisk>> FinishAsync(CancellationToken cancellationToken)
    {
        var disks = new List<ImagePointDisk>();
        foreach (var target in targets)
            disks.Add(await FinishAsync(target, cancellationToken).ConfigureAwait(false));
        return disks;
    }

    private static async Task<ImagePointDisk> FinishAsync(PushTarget target, CancellationToken cancellationToken)
    {
        if (!target.IsDevice)
        {
            using (var file = File.OpenHandle(target.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
                RandomAccess.SetLength(file, RandomAccess.GetLength(file)); // gives back what was not needed
            ImageStaging.Close(target.Path);
        }

        return await ImageSeal.SealAsync(target.Path, new ImagePointDisk
        {
            Name = target.Name,
            File = target.IsDevice ? target.Path : Path.GetFileName(target.Path),
            Format = target.Format,
            VirtualSizeBytes = target.VirtualSizeBytes,
            Level = target.Plan.Level,
            Reason = target.Plan.Reason,
            BackingFile = target.BackingFile,
            BackingFormat = target.BackingFormat,
            SourceFormat = target.Plan.Disk.Format,
            Layers = target.Plan.Disk.Layers,
        }, cancellationToken).ConfigureAwait(false);
    }
}
