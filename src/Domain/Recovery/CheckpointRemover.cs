using LibvirtBackup.Recovery.Journals;

namespace LibvirtBackup.Recovery;

/// <summary>
/// Removes checkpoints of ours, or single disks from them, with bitmaps in whatever state. libvirt deletes a checkpoint
/// only where all of its disks have the bitmap, and from all layers of their chains. So a checkpoint is described anew
/// for one disk alone, which touches no bitmap, and then deleted (libvirt 9.0 to 12.8); that needs no monitor command
/// of our own. Of a domain that is shut off libvirt could only forget the checkpoint: there the bitmaps are removed
/// from the images.
/// </summary>
internal sealed class CheckpointRemover(ITrackedDomain domain, Journal journal)
{
    /// <summary>
    /// Whether <see cref="TryRemoveAsync"/> removes bitmaps from the images of a domain that is shut off.
    /// </summary>
    internal bool MayWriteImages { get; init; }

    /// <summary>Removes a checkpoint with all of its bitmaps; an absent one is not an error.</summary>
    /// <returns>False when it must wait until the domain runs.</returns>
    /// <exception cref="BackupException">An image of a domain that is shut off is in use.</exception>
    internal async Task<bool> TryRemoveAsync(string name, CancellationToken cancellationToken)
    {
        var found = await domain.ReadCheckpointsAsync([name], withSizes: false, cancellationToken)
            .ConfigureAwait(false);
        if (found is not [var known])
        {
            if (journal.View.Knows(name)) journal.Append(new JournalRecord.DropEnded(name, null));
            return true;
        }

        if (!await domain.IsRunningAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!MayWriteImages) return false;
            await RemoveStoredAsync(name, [.. known.Disks.Keys], known, cancellationToken).ConfigureAwait(false);
            return true;
        }

        journal.Append(new JournalRecord.DropBegun(name, null));
        if (!await domain.TryDeleteAsync(name, cancellationToken).ConfigureAwait(false))
            foreach (var disk in known.Disks.Keys)
                await RemoveBitmapAsync(name, disk, cancellationToken).ConfigureAwait(false);
        journal.Append(new JournalRecord.DropEnded(name, null));
        return true;
    }

    /// <summary>
    /// Removes the checkpoint of a job whose begin may have been cut short: libvirt describes it only when QEMU has
    /// made its bitmaps, so they can be there although libvirt does not know it.
    /// </summary>
    /// <returns>False when it must wait: a domain that is shut off cannot tell what its images hold.</returns>
    /// <exception cref="BackupException">An image of a domain that is shut off is in use.</exception>
    internal async Task<bool> TryRemoveUnfinishedAsync(string name, CancellationToken cancellationToken)
    {
        var names = await domain.ListCheckpointsAsync(cancellationToken).ConfigureAwait(false);
        if (!names.Contains(name, StringComparer.Ordinal))
        {
            var isRunning = await domain.IsRunningAsync(cancellationToken).ConfigureAwait(false);
            if (!isRunning && !MayWriteImages) return false;
            foreach (var disk in await domain.ListDisksAsync(cancellationToken).ConfigureAwait(false))
                await (isRunning
                    ? RemoveBitmapAsync(name, disk.Name, cancellationToken)
                    : domain.RemoveStoredAsync(name, disk.Name, cancellationToken)).ConfigureAwait(false);
        }

        return await TryRemoveAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes disks out of a checkpoint and removes their bitmaps, if any; the others stay as they are. A crash between
    /// the steps makes libvirt forget the others at worst, and they are adopted again.
    /// </summary>
    /// <param name="name">The checkpoint, which libvirt may know or not.</param>
    /// <param name="disks">The disks.</param>
    /// <param name="known">What libvirt knows of it, or null.</param>
    /// <param name="cancellationToken">Gives up between two steps.</param>
    internal async Task RemoveAsync(
        string name,
        IReadOnlyList<string> disks,
        TrackedCheckpoint? known,
        CancellationToken cancellationToken)
    {
        if (!await domain.IsRunningAsync(cancellationToken).ConfigureAwait(false))
        {
            await RemoveStoredAsync(name, disks, known, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var disk in disks)
        {
            journal.Append(new JournalRecord.DropBegun(name, disk));
            await RemoveBitmapAsync(name, disk, cancellationToken).ConfigureAwait(false);
        }

        var rest = known?.For(known.Disks.Keys.Except(disks, StringComparer.Ordinal));
        if (rest is { Disks.Count: > 0 })
            await domain.TryRedefineAsync(rest, validate: false, cancellationToken).ConfigureAwait(false);
        journal.Append([.. disks.Select(disk => new JournalRecord.DropEnded(name, disk))]);
    }

    /// <summary>Takes disks that have no bitmap, or none any more, out of libvirt's description.</summary>
    /// <returns>What is left of it, or null.</returns>
    internal async Task<TrackedCheckpoint?> ForgetAsync(
        TrackedCheckpoint? known, IReadOnlyList<string> disks, CancellationToken cancellationToken)
    {
        if (known is null) return null;
        var rest = known.For(known.Disks.Keys.Except(disks, StringComparer.Ordinal));
        if (rest.Disks.Count > 0)
            await domain.TryRedefineAsync(rest, validate: false, cancellationToken).ConfigureAwait(false);
        else
            await domain.ForgetAsync(known.Name, cancellationToken).ConfigureAwait(false);
        journal.Append([.. disks.Select(disk => new JournalRecord.DropEnded(known.Name, disk))]);
        return rest.Disks.Count > 0 ? rest : null;
    }

    /// <summary>
    /// The same for a domain that is shut off. There is no intent before: an image has its bitmap or not, and what
    /// libvirt says of one that is gone is taken back the next time.
    /// </summary>
    private async Task RemoveStoredAsync(
        string name, IReadOnlyList<string> disks, TrackedCheckpoint? known, CancellationToken cancellationToken)
    {
        foreach (var disk in disks)
            await domain.RemoveStoredAsync(name, disk, cancellationToken).ConfigureAwait(false);
        if (known is null)
            journal.Append([.. disks.Select(disk => new JournalRecord.DropEnded(name, disk))]);
        else
            await ForgetAsync(known, disks, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Removes one bitmap of a running domain; libvirt does not know the checkpoint any more afterwards.
    /// </summary>
    /// <returns>False when there was none that is of use.</returns>
    /// <exception cref="BackupException">It is still there; it must not be forgotten, for it would be adopted again.
    /// </exception>
    internal async Task<bool> RemoveBitmapAsync(string name, string disk, CancellationToken cancellationToken)
    {
        var alone = new TrackedCheckpoint(
            name, DateTimeOffset.UnixEpoch, "lvbackup: being removed", new Dictionary<string, long?> { [disk] = null });
        await domain.TryRedefineAsync(alone, validate: false, cancellationToken).ConfigureAwait(false);
        if (await domain.TryDeleteAsync(name, cancellationToken).ConfigureAwait(false)) return true;
        // libvirt's error is the same where QEMU refuses to remove one: busy, or no room in the image.
        if (await domain.TryRedefineAsync(alone, validate: true, cancellationToken).ConfigureAwait(false))
            throw new BackupException(
                FailureKind.Failed,
                $"the bitmap of checkpoint '{name}' on disk '{disk}' could not be removed; it is not used, and the "
                + "next backup tries again");
        await domain.ForgetAsync(name, cancellationToken).ConfigureAwait(false);
        return false;
    }
}
