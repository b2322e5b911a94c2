using LibvirtBackup.Bitmaps;
using LibvirtBackup.Hosts;

namespace LibvirtBackup.BlockJobs;

/// <summary>Says no where libvirt would lose bitmaps without a word.</summary>
internal static class BlockJobRefusals
{
    private const string OldQcow2 = "0.10";

    /// <summary>Where no image that stays can hold them, a job has nowhere to put the bitmaps.</summary>
    /// <exception cref="BackupException">NotSupported: bitmaps would be lost.</exception>
    internal static async Task EnsureBitmapsFitAsync(
        BlockJobRequest request, DiskBitmaps disk, ChainPart part, CancellationToken cancellationToken)
    {
        var lost = BitmapCarrying.FindValued(disk, part);
        if (request.DropBitmaps || lost.Count == 0) return;
        if (await WhyUnfitAsync(request, disk, part, cancellationToken).ConfigureAwait(false) is not { } why) return;
        throw new BackupException(
            FailureKind.NotSupported,
            $"{why}: libvirt would drop what disk '{disk.Name}' of domain '{request.Domain}' has recorded for "
            + $"{string.Join(", ", lost)} without a word; {Advice(request)}, or take --drop-bitmaps, after which "
            + "backups read the disk whole once");
    }

    private static async Task<string?> WhyUnfitAsync(
        BlockJobRequest request, DiskBitmaps disk, ChainPart part, CancellationToken cancellationToken)
    {
        if (request is BlockJobRequest.Copy copy)
        {
            if (!copy.Pivot) return null;
            return copy.Format == "qcow2"
                ? copy.ReuseExternal
                    ? await WhyOldAsync(copy.Destination, cancellationToken).ConfigureAwait(false)
                    : null
                : $"'{copy.Destination}' of format {copy.Format} cannot hold dirty bitmaps";
        }

        if (request is BlockJobRequest.Commit { KeepOverlay: true }) return null;
        var receiver = disk.Layers[part.Receiver!.Value]; // only a copy has none
        return receiver.Format == "qcow2"
            ? await WhyOldAsync(receiver.File, cancellationToken).ConfigureAwait(false)
            : $"'{receiver.File}' of format {receiver.Format} cannot hold dirty bitmaps";
    }

    private static async Task<string?> WhyOldAsync(string image, CancellationToken cancellationToken)
    {
        if (!Path.IsPathRooted(image)) return null;
        var found = await QemuImage.InspectSharedAsync(image, "qcow2", cancellationToken).ConfigureAwait(false);
        return found.Properties.Compat == OldQcow2
            ? $"'{image}' of qcow2 version 2 cannot hold dirty bitmaps ('qemu-img amend -o compat=1.1' makes it "
                + "version 3 while nobody uses it)"
            : null;
    }

    private static string Advice(BlockJobRequest request) => request switch
    {
        BlockJobRequest.Copy => "copy to qcow2",
        BlockJobRequest.Commit => "pull instead ('lvbackup blockpull'), which leaves everything in the upper image",
        _ => "choose another base",
    };
}
