using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Bitmaps;

/// <summary>
/// The dirty bitmaps of a host's domains, whoever made them: in QEMU while a domain runs, in its images while it is
/// shut off, with the same result. A domain is named by name, UUID or id, a disk by its target. Bitmaps are changed in
/// the image that the guest writes and in no other. Every method throws <see cref="BackupException"/> when the domain,
/// the disk or the bitmap does not exist, or libvirt, QEMU or qemu-img refuse; cancelling ends the wait, what was begun
/// goes on.
/// </summary>
/// <remarks>
/// While a domain runs every method asks its QEMU, which libvirt notes as tainting ("custom monitor control commands
/// issued") for the rest of the run; a connection for reading only cannot do it.
/// </remarks>
/// <param name="connection">The host.</param>
/// <param name="time">The clock; null for the system's.</param>
internal sealed class BitmapService(LibvirtConnection connection, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Lists the bitmaps of every disk, image by image.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<BitmapInventory> ListAsync(string domain, CancellationToken cancellationToken)
    {
        using var machine = await DomainFinder.FindAsync(connection, domain, cancellationToken).ConfigureAwait(false);
        return await BitmapReader.ReadAsync(machine, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes a bitmap that holds what its sources hold now, in all images of the chain, and records from this very
    /// moment on.
    /// </summary>
    /// <param name="domain">The domain.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="merge">What to merge, and into what.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<BitmapReport> MergeAsync(
        string domain, string disk, BitmapMerge merge, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(merge);
        if (merge.Sources.Count == 0)
            throw new ArgumentException("A merge needs at least one source.", nameof(merge));
        using var open = await OpenDisk.OpenAsync(connection, domain, disk, cancellationToken)
            .ConfigureAwait(false);
        await BitmapRefusals.OfNewAsync(open, merge.Into, merge.Force, cancellationToken).ConfigureAwait(false);
        var actions = MergePlan.Of(open.Where, open.Disk, merge);
        DateTimeOffset? since = merge.Adopt
            ? await BitmapAdoption.FindSinceAsync(open, merge, _time, cancellationToken).ConfigureAwait(false)
            : null;
        var failed = $"bitmap '{merge.Into}' of {open.Where} was not made";
        await open.ApplyAsync(failed, actions, cancellationToken).ConfigureAwait(false);
        if (since is { } begin)
        {
            var inventory = await BitmapReader.ReadAsync(open.Domain, cancellationToken).ConfigureAwait(false);
            await BitmapAdoption.AdoptAsync(open.Domain, inventory, merge.Into, begin, cancellationToken)
                .ConfigureAwait(false);
        }

        return open.Report([merge.Into]) with { Checkpoint = merge.Adopt ? merge.Into : null };
    }

    /// <summary>
    /// Makes a checkpoint of a bitmap on all disks that have it recording. What the bitmap holds is believed: an
    /// incremental backup from the checkpoint copies that and no more.
    /// </summary>
    /// <param name="domain">The domain.</param>
    /// <param name="name">The bitmap.</param>
    /// <param name="since">From when on it holds every change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The disks that the checkpoint has.</returns>
    public async Task<IReadOnlyList<string>> AdoptAsync(
        string domain, string name, DateTimeOffset since, CancellationToken cancellationToken)
    {
        using var machine = await DomainFinder.FindAsync(connection, domain, cancellationToken).ConfigureAwait(false);
        var inventory = await BitmapReader.ReadAsync(machine, cancellationToken).ConfigureAwait(false);
        return await BitmapAdoption.AdoptAsync(machine, inventory, name, since, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Removes bitmaps, also inconsistent ones; while the domain runs all or none of them.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="names">The bitmaps, at least one; never those of checkpoints.</param>
    /// <param name="force">Whether the bitmaps of others may be removed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<BitmapReport> RemoveAsync(
        string domain, string disk, IReadOnlyList<string> names, bool force, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        using var open = await OpenDisk.OpenAsync(connection, domain, disk, cancellationToken)
            .ConfigureAwait(false);
        var removed = names.Distinct(StringComparer.Ordinal).ToList();
        foreach (var name in removed)
            await BitmapRefusals.OfChangeAsync(open, name, "removed", force, cancellationToken).ConfigureAwait(false);
        var what = string.Join("', '", removed);
        var actions = removed.Select(name => new RemoveBitmap(BitmapTarget.Of(open.Top), name)).ToList();
        await open.ApplyAsync($"bitmap '{what}' of {open.Where} was not removed", actions, cancellationToken)
            .ConfigureAwait(false);
        return open.Report(removed) with
        {
            Warnings =
            [
                .. from name in removed
                   from layer in open.Disk.LayersWith(name).Skip(1)
                   select $"a bitmap '{name}' stays in image '{layer.File}', which the guest does not write",
            ],
        };
    }

    /// <summary>Makes an empty bitmap that records and is kept in the image.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="name">The bitmap's name.</param>
    /// <param name="granularityBytes">Bytes per bit, a power of two from 512; null for QEMU's choice.</param>
    /// <param name="force">Whether to take a name that belongs to others.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<BitmapReport> AddAsync(
        string domain, string disk, string name, long? granularityBytes, bool force,
        CancellationToken cancellationToken)
    {
        using var open = await OpenDisk.OpenAsync(connection, domain, disk, cancellationToken)
            .ConfigureAwait(false);
        await BitmapRefusals.OfNewAsync(open, name, force, cancellationToken).ConfigureAwait(false);
        var add = new AddBitmap(BitmapTarget.Of(open.Top), name) { Granularity = granularityBytes, Persistent = true };
        await open.ApplyAsync($"bitmap '{name}' of {open.Where} was not made", [add], cancellationToken)
            .ConfigureAwait(false);
        return open.Report([name]);
    }

    /// <summary>Forgets what a bitmap has recorded.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="name">The bitmap; never that of a checkpoint, which would lie from then on.</param>
    /// <param name="force">Whether the bitmap of others may be changed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<BitmapReport> ClearAsync(
        string domain, string disk, string name, bool force, CancellationToken cancellationToken) =>
        ChangeAsync(domain, disk, name, "cleared", top => new ClearBitmap(top, name), force, cancellationToken);

    /// <summary>Lets a bitmap record; the writes that it missed are never known.</summary>
    /// <inheritdoc cref="ClearAsync"/>
    public Task<BitmapReport> EnableAsync(
        string domain, string disk, string name, bool force, CancellationToken cancellationToken) =>
        ChangeAsync(domain, disk, name, "enabled", top => new EnableBitmap(top, name), force, cancellationToken);

    /// <summary>Lets a bitmap record no more, so that it keeps what changed up to now.</summary>
    /// <inheritdoc cref="ClearAsync"/>
    public Task<BitmapReport> DisableAsync(
        string domain, string disk, string name, bool force, CancellationToken cancellationToken) =>
        ChangeAsync(domain, disk, name, "disabled", top => new DisableBitmap(top, name), force, cancellationToken);

    private async Task<BitmapReport> ChangeAsync(
        string domain,
        string disk,
        string name,
        string done,
        Func<string, BitmapAction> change,
        bool force,
        CancellationToken cancellationToken)
    {
        using var open = await OpenDisk.OpenAsync(connection, domain, disk, cancellationToken)
            .ConfigureAwait(false);
        await BitmapRefusals.OfChangeAsync(open, name, done, force, cancellationToken).ConfigureAwait(false);
        await open.ApplyAsync(
            $"bitmap '{name}' of {open.Where} was not {done}", [change(BitmapTarget.Of(open.Top))], cancellationToken)
            .ConfigureAwait(false);
        return open.Report([name]);
    }
}
