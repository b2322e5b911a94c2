using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Backups.Offline;

/// <summary>
/// The disks of a shut-off domain, as they were when first looked at. They are only read, and not locked: a guest that
/// is started meanwhile must not be hindered, so <see cref="EnsureUntouchedAsync"/> tells afterwards whether what was
/// read counts.
/// </summary>
internal sealed class ShutOffDisks : IShutOffDisks
{
    private readonly LibvirtDomain _domain;
    private readonly Dictionary<string, StoredChain> _chains = new(StringComparer.Ordinal);
    private List<ImageStamp> _stamps = [];

    private ShutOffDisks(LibvirtDomain domain) => _domain = domain;

    /// <exception cref="BackupException">
    /// A disk is not on this host, cannot be read, or is open for writing.
    /// </exception>
    internal static async Task<ShutOffDisks> LookAsync(
        LibvirtDomain domain, IReadOnlyList<SelectedDisk> disks, CancellationToken cancellationToken)
    {
        if (disks.FirstOrDefault(disk => disk.Path is null) is { } remote)
            throw new BackupException(
                FailureKind.NotSupported,
                $"disk '{remote.Name}' of domain '{domain.Name}' is not a file or device of this host, and the domain "
                + "is shut off; use --start-paused, or back it up while it runs"
                + (remote.Disk.IsElsewhere ? ", or run lvbackup on its host" : ""));
        var found = new ShutOffDisks(domain);
        var names = await found.ReadChainsAsync(disks, cancellationToken).ConfigureAwait(false);
        found._stamps = [.. names.Distinct(StringComparer.Ordinal).Select(found.Stamp)];

        // What counts was read after the stamps were taken.
        if (!names.SequenceEqual(await found.ReadChainsAsync(disks, cancellationToken).ConfigureAwait(false)))
            throw found.Touched();
        return found;
    }

    /// <inheritdoc/>
    public CheckpointProbe Probe(string checkpoint, bool isKnown) => StoredChain.Probe(_chains, checkpoint, isKnown);

    /// <inheritdoc/>
    public DiskExport ExportOf(SelectedDisk disk, string? bitmap)
    {
        string[] bitmaps = bitmap is null ? [] : [bitmap];
        var path = disk.Path!; // LookAsync refuses disks without one
        return new DiskExport(ImageExport.ForReading(path, disk.Format, bitmaps), bitmap)
        {
            LowerLayers = bitmap is null ? [] : _chains[disk.Name].LowerLayersOf(bitmap),
        };
    }

    /// <inheritdoc/>
    public async Task EnsureUntouchedAsync(CancellationToken cancellationToken)
    {
        var state = await _domain.GetStateAsync(cancellationToken).ConfigureAwait(false);
        if (state.State != VirDomainState.Shutoff || !_stamps.SequenceEqual(_stamps.Select(old => Stamp(old.Path))))
            throw Touched();
    }

    private async Task<List<string>> ReadChainsAsync(
        IReadOnlyList<SelectedDisk> disks, CancellationToken cancellationToken)
    {
        foreach (var disk in disks)
        {
            var chain = new StoredChain(
                await ImageChain.InspectAsync(disk.Path!, disk.Format, cancellationToken) // looked at above
                    .ConfigureAwait(false));
            if (chain.WhyOther(disk.Disk) is { } why)
                throw new BackupException(
                    FailureKind.NotSupported,
                    $"disk '{disk.Name}' of domain '{_domain.Name}' cannot be read while the domain is shut off: {why}"
                    + "; use --start-paused, or back it up while it runs");
            _chains[disk.Name] = chain;
        }

        return [.. disks.SelectMany(disk => _chains[disk.Name].Files)];
    }

    private ImageStamp Stamp(string path)
    {
        try
        {
            if (!QemuLocks.IsOpenForWriting(path)) return ImageStamp.Of(path);
        }
        catch (Exception e) when (e is IOException or PosixException)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"image '{path}' of domain '{_domain.Name}' cannot be read: {e.Message}; bring it back, or leave the "
                    + "disk out with --exclude",
                e);
        }

        throw new BackupException(
            FailureKind.Busy,
            $"image '{path}' of domain '{_domain.Name}', which is shut off, is open for writing: the domain was just "
            + "started, or another domain or program has the image; run the backup again when it is closed, or leave "
            + "the disk out with --exclude");
    }

    private BackupException Touched() => new(
        FailureKind.Failed, $"domain '{_domain.Name}' was started, or its disks written, while they were read; "
            + "run the backup again");
}
