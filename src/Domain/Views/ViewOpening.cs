using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Views;

/// <summary>Opens one view. What it leaves when it is interrupted, <see cref="ViewClosing"/> clears.</summary>
internal sealed class ViewOpening(LibvirtDomain domain, ViewRegistry registry, TimeProvider time)
{
    private readonly QmpClient _qemu = QmpClient.For(domain);
    private readonly List<string> _warnings = [];

    /// <summary>What has to be known though it was opened.</summary>
    internal IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Decides what is made, and looks only.</summary>
    /// <exception cref="BackupException">The domain, a disk or a checkpoint cannot be had.</exception>
    internal async Task<(ViewRecord View, IReadOnlyList<ViewSource> Sources)> PlanAsync(
        ViewRequest request, string name, string id, string scratch, CancellationToken cancellationToken)
    {
        await RequireAsync(cancellationToken).ConfigureAwait(false);
        var description = DomainXml.Parse(
            await domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        var inventory = await BitmapReader.ReadAsync(_qemu, description, cancellationToken).ConfigureAwait(false);
        var sources = ViewSource.Select(description, inventory, request.Disks);
        var canDrop = await CanDropAsync(cancellationToken).ConfigureAwait(false);
        var known = sources.Select(source => Find(source, request.Since)).ToList();
        foreach (var checkpoint in request.Since)
            CheckKnown(checkpoint, known, sources);
        return (
            new ViewRecord
            {
                Name = name,
                Id = id,
                DomainUuid = domain.Uuid,
                Domain = domain.Name,
                Scratch = scratch,
                Time = time.GetUtcNow(),
                CanDrop = canDrop,
                Phase = ViewPhase.Opening,
                Disks = [.. sources.Select((source, i) => new ViewDisk
                {
                    Name = source.Name,
                    SizeBytes = source.SizeBytes,
                    LimitBytes = LimitOf(source, request, canDrop, sources.Count, scratch),
                    Since = [.. known[i].Select(changes => changes.Checkpoint)],
                })],
            },
            [.. sources.Select((source, i) => source with { Changes = known[i] })]);
    }

    /// <summary>Makes it; what it is must have been saved.</summary>
    /// <returns>The record of the view, which is open.</returns>
    /// <exception cref="BackupException">There is no room for it, or QEMU refuses.</exception>
    internal async Task<ViewRecord> RunAsync(
        ViewRecord view, IReadOnlyList<ViewSource> sources, CancellationToken cancellationToken)
    {
        var owner = QemuOwner.FromCapabilities(
            await domain.Connection.GetCapabilitiesXmlAsync(cancellationToken).ConfigureAwait(false));
        await JobDirectory.CreateAsync(view.Scratch, owner, "--scratch-dir", cancellationToken).ConfigureAwait(false);
        foreach (var disk in view.Disks)
            await ScratchSpace.CreateAsync(view.ScratchOf(disk), disk, !view.CanDrop, owner, cancellationToken)
                .ConfigureAwait(false);
        try
        {
            for (var i = 0; i < view.Disks.Count; i++)
                await _qemu.AddNodeAsync(ScratchNodeOf(view, i, sources[i].Node), cancellationToken)
                    .ConfigureAwait(false);

            // The jobs first: what a bitmap records before it is copied may be too much then, and never too little.
            var instant = time.GetUtcNow();
            await _qemu.TransactionAsync(
                [
                    .. sources.Select((source, i) => Job(view, i, source.Node)),
                    .. sources.SelectMany((source, i) =>
                        source.Changes.SelectMany(changes => changes.CopyTo(view.NodesOf(i).Scratch))),
                ],
                cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < view.Disks.Count && view.CanDrop; i++)
                await _qemu.AddNodeAsync(
                    new SnapshotAccessNode(view.NodesOf(i).Access, view.NodesOf(i).Filter), cancellationToken)
                    .ConfigureAwait(false);
            var open = view with { Phase = ViewPhase.Open, Time = instant };
            registry.Save(open);
            return open;
        }
        catch (QmpException e)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"QEMU refuses to open a view of domain '{view.Domain}': {e.Description}; where it may not open the "
                + "scratch image, SELinux or AppArmor keeps it from it (docs/views.md)",
                e);
        }
    }

    private async Task RequireAsync(CancellationToken cancellationToken)
    {
        if (!await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false))
            throw new BackupException(
                FailureKind.Failed,
                $"domain '{domain.Name}' does not run, and a view is of a running domain; its images do not change, "
                + "read them themselves ('qemu-nbd --read-only')");
        var version = await _qemu.QueryVersionAsync(cancellationToken).ConfigureAwait(false);
        if (version.Version < new Version(7, 1))
            throw new BackupException(
                FailureKind.NotSupported,
                $"the QEMU of domain '{domain.Name}' is {version.Version}: views need QEMU 7.1; upgrade the "
                    + "host, and start the domain anew");
    }

    /// <summary>Asks with a node that does not exist: a QEMU that knows the option complains of that one.</summary>
    private async Task<bool> CanDropAsync(CancellationToken cancellationToken)
    {
        const string nobody = $"{ViewNodes.Mark}nobody";
        try
        {
            await _qemu.ExecuteAsync(
                new FleecingJob(nobody, nobody, nobody, nobody) { OnCbwError = FleecingJob.BreakSnapshot },
                cancellationToken).ConfigureAwait(false);
            throw new InvalidOperationException($"QEMU has begun a job on '{nobody}', which does not exist");
        }
        catch (QmpException e)
        {
            return !e.Description.Contains("on-cbw-error", StringComparison.Ordinal);
        }
    }

    private static List<FrozenChanges> Find(ViewSource source, IReadOnlyList<string> since) =>
        [.. since.Select(checkpoint => FrozenChanges.Find(source.Bitmaps, checkpoint)).OfType<FrozenChanges>()];

    private void CheckKnown(
        string checkpoint, List<List<FrozenChanges>> known, IReadOnlyList<ViewSource> sources)
    {
        var without = sources.Where((_, i) => known[i].All(changes => changes.Checkpoint != checkpoint))
            .Select(source => source.Name).ToList();
        if (without.Count == sources.Count)
            throw new BackupException(
                FailureKind.Failed,
                $"no disk of the view has a bitmap of checkpoint '{checkpoint}'; see 'lvbackup bitmap-list "
                + $"{domain.Name}'");
        if (without.Count > 0)
            _warnings.Add($"disk {string.Join(", ", without)} has no bitmap of checkpoint '{checkpoint}': what changed "
                + "there is not told");
    }

    private static long LimitOf(ViewSource source, ViewRequest request, bool canDrop, int disks, string scratch)
    {
        var most = ScratchSpace.MostFor(source.SizeBytes);
        if (canDrop)
            return Math.Min(
                most,
                request.ScratchLimit
                    ?? ScratchSpace.DefaultLimit(ScratchSpace.FreeBytesIn(ExistingParent(scratch)), disks));
        if (request.ScratchLimit < most)
            throw new BackupException(
                FailureKind.NotSupported,
                $"this QEMU fails the guest's write when a scratch image is full, so room for all of disk "
                + $"'{source.Name}' is allocated before ({ScratchSpace.Mebibytes(most)}): give a --scratch-limit of "
                + "that, or a QEMU whose blockdev-backup has on-cbw-error (11.1 has, 10.0 has not)");
        return most;
    }

    private static string ExistingParent(string path)
    {
        while (!Directory.Exists(path))
            path = Path.GetDirectoryName(path)!; // the root exists
        return path;
    }

    private static ScratchNode ScratchNodeOf(ViewRecord view, int disk, string source)
    {
        var (names, one) = (view.NodesOf(disk), view.Disks[disk]);
        return new ScratchNode(
            names.Scratch,
            new LimitedNode(names.Limit, new FileNode(names.File, view.ScratchOf(one)), one.LimitBytes))
        {
            Backing = view.CanDrop ? null : source,
        };
    }

    private static FleecingJob Job(ViewRecord view, int disk, string node)
    {
        var names = view.NodesOf(disk);
        return new FleecingJob(names.Job, node, names.Scratch, names.Filter)
        {
            OnCbwError = view.CanDrop ? FleecingJob.BreakSnapshot : null,
        };
    }
}
