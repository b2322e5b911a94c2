using LibvirtBackup.Bitmaps;

namespace LibvirtBackup.Recovery;

/// <summary>
/// A domain as the reconciler sees it. What throws, throws as libvirt does, or <see cref="BackupException"/> where QEMU
/// is asked: for sizes, and by <see cref="ReadBitmapsAsync"/>. Asking it marks the domain as tainted.
/// </summary>
internal interface ITrackedDomain
{
    /// <summary>False when it is shut off: bitmaps are at rest in the images, and libvirt changes none.</summary>
    Task<bool> IsRunningAsync(CancellationToken cancellationToken);

    /// <summary>The disks that can hold a bitmap, with their sizes.</summary>
    Task<IReadOnlyList<TrackedDisk>> ListDisksAsync(CancellationToken cancellationToken);

    /// <summary>Names of all checkpoints that libvirt knows.</summary>
    Task<IReadOnlyList<string>> ListCheckpointsAsync(CancellationToken cancellationToken);

    /// <summary>What libvirt knows of checkpoints, in the order of the names; those that it does not know are left out.
    /// </summary>
    /// <param name="names">The checkpoints.</param>
    /// <param name="withSizes">True to ask QEMU what has changed since; the domain has to run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<TrackedCheckpoint>> ReadCheckpointsAsync(
        IReadOnlyList<string> names, bool withSizes, CancellationToken cancellationToken);

    /// <summary>Writes libvirt's description anew; bitmaps are not touched.</summary>
    /// <param name="checkpoint">The description; of its disks only the names count.</param>
    /// <param name="validate">
    /// True to have libvirt look at the bitmaps first, all of which have to be valid; the domain has to run.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when a bitmap is not valid; then nothing is changed.</returns>
    Task<bool> TryRedefineAsync(TrackedCheckpoint checkpoint, bool validate, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a checkpoint with its bitmaps from all layers, whatever state they are in; the domain has to run.
    /// </summary>
    /// <returns>False when one of its disks has no bitmap; then nothing is changed.</returns>
    Task<bool> TryDeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a bitmap, in whatever state, from the image that the guest writes; the domain has to be shut off.
    /// libvirt does not notice.
    /// </summary>
    /// <exception cref="BackupException">Somebody else has the image, or may have it.</exception>
    Task RemoveStoredAsync(string name, string disk, CancellationToken cancellationToken);

    /// <summary>Makes libvirt forget a checkpoint; bitmaps are not touched.</summary>
    Task ForgetAsync(string name, CancellationToken cancellationToken);

    /// <summary>Looks at the bitmaps themselves.</summary>
    Task<BitmapInventory> ReadBitmapsAsync(CancellationToken cancellationToken);
}
