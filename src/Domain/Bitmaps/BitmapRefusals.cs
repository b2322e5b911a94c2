using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Bitmaps;

/// <summary>Keeps hands off the bitmaps of others, and of checkpoints, where a change would lose data.</summary>
internal static class BitmapRefusals
{
    /// <summary>A bitmap is to be made.</summary>
    /// <exception cref="BackupException">The name is not free.</exception>
    internal static async Task OfNewAsync(
        OpenDisk disk, string name, bool force, CancellationToken cancellationToken)
    {
        var refused = $"bitmap '{name}' of {disk.Where} was not made";
        if (name.Length == 0)
            throw new BackupException(FailureKind.Usage, $"{refused}: a bitmap needs a name");
        var whose = BitmapOwner.Of(name) switch
        {
            BitmapOwner.Libvirt => "libvirt gives such names to its own while it works",
            BitmapOwner.Product => "such names are those of the checkpoints of backups",
            _ => null,
        };
        if (whose is not null && !force)
            throw new BackupException(
                FailureKind.Failed, $"{refused}: {whose}; choose another name, or use --force");
        using var checkpoint = await disk.Domain.FindCheckpointAsync(name, cancellationToken).ConfigureAwait(false);
        if (checkpoint is not null)
            throw new BackupException(
                FailureKind.Failed,
                $"{refused}: libvirt has a checkpoint of that name, which would then claim the bitmap; choose another "
                + "name");
    }

    /// <summary>A bitmap is to be changed or removed.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="name">The bitmap.</param>
    /// <param name="done">What was to be done with it: "removed".</param>
    /// <param name="force">Whether the bitmaps of others may be changed; never those of checkpoints.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">It is not there, or belongs to others or to a checkpoint.</exception>
    internal static async Task OfChangeAsync(
        OpenDisk disk, string name, string done, bool force, CancellationToken cancellationToken)
    {
        var refused = $"bitmap '{name}' of {disk.Where} was not {done}";
        if (disk.Top.Find(name) is null)
            throw new BackupException(
                FailureKind.Failed,
                disk.Disk.LayersWith(name).FirstOrDefault() is { } below
                    ? $"{refused}: it is in image '{below.File}', which the guest does not write, and goes when that "
                        + "is committed or deleted"
                    : $"{refused}: there is none; see 'lvbackup bitmap-list {disk.Domain.Name}'");
        if (await IsCheckpointAsync(disk, name, cancellationToken).ConfigureAwait(false))
            throw new BackupException(FailureKind.Failed, $"{refused}: libvirt shows it as checkpoint '{name}' and "
                + $"would not notice; {Instead(disk, name)}");
        var whose = BitmapOwner.Of(name) switch
        {
            BitmapOwner.Libvirt => "libvirt made it for itself and removes it when it is done",
            BitmapOwner.Foreign => "no backup of this product made it, and another program may need it",
            _ => null,
        };
        if (whose is not null && !force)
            throw new BackupException(FailureKind.Failed, $"{refused}: {whose}; use --force if it is to be {done}");
    }

    private static async Task<bool> IsCheckpointAsync(
        OpenDisk disk, string name, CancellationToken cancellationToken)
    {
        using var checkpoint = await disk.Domain.FindCheckpointAsync(name, cancellationToken).ConfigureAwait(false);
        if (checkpoint is null) return false;
        var xml = await checkpoint.GetXmlAsync(VirDomainCheckpointXMLFlags.NoDomain, cancellationToken)
            .ConfigureAwait(false);
        return DomainCheckpointXml.Parse(xml).Disks.Any(entry =>
            entry.Name.Value == disk.Disk.Name && entry.Checkpoint == CheckpointDiskMode.Bitmap);
    }

    // libvirt deletes the bitmaps of a checkpoint only while the domain runs.
    private static string Instead(OpenDisk disk, string name) => disk.IsRunning
        ? $"delete it by 'lvbackup checkpoint-delete {disk.Domain.Name} {name}'"
        : $"start the domain and delete it by 'lvbackup checkpoint-delete {disk.Domain.Name} {name}', or let libvirt "
            + "forget it first by the same with --metadata";
}
