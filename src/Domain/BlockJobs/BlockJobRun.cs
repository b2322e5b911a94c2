using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.BlockJobs;

/// <summary>One block job of one disk of a running domain, which is locked.</summary>
internal sealed class BlockJobRun(
    LibvirtDomain domain, BlockJobRequest request, TimeProvider time, IProgress<BlockJobProgress>? progress)
{
    /// <summary>What libvirt adds for the moment of the switch, and leaves behind where the switch fails.</summary>
    private const string LeftOver = "libvirt-tmp-activewrite";

    private readonly QmpClient _qemu = QmpClient.For(domain);
    private readonly List<string> _warnings = [];

    private string Where => $"disk '{request.Disk}' of domain '{domain.Name}'";

    internal async Task<BlockJobReport> ExecuteAsync(CancellationToken cancellationToken)
    {
        await RefuseWhenBusyAsync(cancellationToken).ConfigureAwait(false);
        var disk = await ReadDiskAsync(cancellationToken).ConfigureAwait(false);
        var part = ChainPart.Of(request, disk);
        await BlockJobRefusals.EnsureBitmapsFitAsync(request, disk, part, cancellationToken).ConfigureAwait(false);
        await RemoveLeftOversAsync(disk, cancellationToken).ConfigureAwait(false);
        var before = await CheckpointSizes.ReadAsync(domain, cancellationToken).ConfigureAwait(false);
        var carried = ReplacesImages() ? BitmapCarrying.Find(disk, part) : [];
        if (ReplacesImages())
            _warnings.AddRange(BitmapCarrying.FindBroken(disk, part).Select(name =>
                $"bitmap '{name}' was not closed cleanly by a QEMU that was killed, and says nothing; it is dropped"));

        if (!part.Waits) await CarryAsync(carried, disk, part, cancellationToken).ConfigureAwait(false);
        var job = new BlockJob(domain, request, time, progress);
        try
        {
            await job.BeginAsync(part, disk, cancellationToken).ConfigureAwait(false);
            if (part.Waits)
            {
                await job.WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
                if (ReplacesImages()) await CarryAsync(carried, disk, part, cancellationToken).ConfigureAwait(false);
                await job.FinishAsync(pivot: ReplacesImages()).ConfigureAwait(false);
            }
            else
            {
                await job.WaitUntilEndedAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (BackupException e) when (job.HasFailed)
        {
            await job.DisposeAsync().ConfigureAwait(false);
            throw await DescribeFailureAsync(e, before, disk, part).ConfigureAwait(false);
        }
        finally
        {
            await job.DisposeAsync().ConfigureAwait(false);
        }

        if (ReplacesImages()) await WarnOfUnwrittenAsync(disk, part).ConfigureAwait(false);
        return await ReportAsync(before, carried).ConfigureAwait(false);
    }

    /// <summary>
    /// Where storage has room for the data and none for the bitmaps, libvirt says that a commit was completed, and
    /// cannot take its images out of QEMU, for the base cannot be closed for writing (libvirt 9.0 to 12.8). The bitmaps
    /// are whole, in QEMU's memory; when there is room, the next job or a clean stop writes them.
    /// </summary>
    private async Task WarnOfUnwrittenAsync(DiskBitmaps disk, ChainPart part)
    {
        if (part.Receiver is not > 0 || part.Waits) return;
        var nodes = await _qemu.QueryNamedBlockNodesAsync(CancellationToken.None).ConfigureAwait(false);
        if (part.Gone(disk).All(gone => nodes.All(node => node.NodeName != gone.Node))) return;
        _warnings.Add(
            $"the bitmaps of '{disk.Layers[part.Receiver.Value].File}' cannot be written to it (no room?): make room "
            + $"before domain '{domain.Name}' is stopped, or the next backup reads disk '{request.Disk}' whole");
    }

    /// <summary>What is left by a job that has failed: the images are those of before, and the bitmaps are looked at.
    /// </summary>
    private async Task<BackupException> DescribeFailureAsync(
        BackupException failure,
        IReadOnlyDictionary<(string Checkpoint, string Disk), long?> before,
        DiskBitmaps disk,
        ChainPart part)
    {
        var receiver = part.Receiver is { } layer
            ? disk.Layers[layer].File
            : ((BlockJobRequest.Copy)request).Destination; // only a copy has none
        var advice = $"see whether '{receiver}' can be written and has room, and run it again";
        string state;
        try
        {
            await RemoveLeftOversAsync(
                await ReadDiskAsync(CancellationToken.None).ConfigureAwait(false), CancellationToken.None)
                .ConfigureAwait(false);
            var after = await CheckpointSizes.ReadAsync(domain, CancellationToken.None).ConfigureAwait(false);
            var lost = FindLost(before, after);
            state = lost.Count == 0
                ? "the guest goes on with the same data, and all checkpoints with theirs"
                : $"the guest goes on with the same data; {string.Join("; ", lost)}";
        }
        catch (Exception e) when (e is LibvirtException or QmpException or BackupException)
        {
            state = $"the checkpoints cannot be looked at ({e.Message}), the next backup does it";
        }

        return new BackupException(failure.Kind, $"{failure.Message}; {state}; {advice}", failure);
    }

    /// <summary>The checkpoints that are of no use any more, also those of other disks: libvirt lets others run jobs
    /// on them meanwhile.</summary>
    private static IReadOnlyList<string> FindLost(
        IReadOnlyDictionary<(string Checkpoint, string Disk), long?> before,
        IReadOnlyDictionary<(string Checkpoint, string Disk), long?> after) =>
    [
        .. CheckpointSizes.Compare(before, after, disk: null)
            .Where(checkpoint => checkpoint is { BytesBefore: not null, IsKept: false })
            .Select(lost => $"checkpoint '{lost.Name}' is of no use on disk '{lost.Disk}' any more: the next backup "
                + "reads the disk whole"),
    ];

    private bool ReplacesImages() =>
        request is not (BlockJobRequest.Copy { Pivot: false } or BlockJobRequest.Commit { KeepOverlay: true });

    private async Task<BlockJobReport> ReportAsync(
        IReadOnlyDictionary<(string Checkpoint, string Disk), long?> before, IReadOnlyList<CarriedBitmap> carried)
    {
        await RemoveLeftOversAsync(
            await ReadDiskAsync(CancellationToken.None).ConfigureAwait(false), CancellationToken.None)
            .ConfigureAwait(false);
        var after = await CheckpointSizes.ReadAsync(domain, CancellationToken.None).ConfigureAwait(false);
        var checkpoints = CheckpointSizes.Compare(before, after, request.Disk);
        _warnings.AddRange(FindLost(before, after));
        var xml = await domain.GetXmlAsync(cancellationToken: CancellationToken.None).ConfigureAwait(false);
        var disk = DomainXml.Parse(xml).Disks.First(disk => disk.Target.Value == request.Disk);
        return new BlockJobReport
        {
            Domain = domain.Name,
            Disk = request.Disk,
            Images = [.. DiskLayers.Of(disk).Select(layer => layer.Source)],
            Checkpoints = checkpoints,
            CarriedBitmaps = [.. carried.Select(bitmap => bitmap.Name)],
            Warnings = _warnings,
        };
    }

    private async Task RefuseWhenBusyAsync(CancellationToken cancellationToken)
    {
        await PullJob.RefuseWhenBusyAsync(new LibvirtBackupDomain(domain, time), cancellationToken)
            .ConfigureAwait(false);
        var job = await domain.GetBlockJobInfoAsync(request.Disk, cancellationToken).ConfigureAwait(false);
        if (job is not null)
            throw new BackupException(
                FailureKind.Busy,
                $"{Where} has a block job already ({job.Type}); wait for it ('virsh blockjob'), or end it ('virsh "
                + $"blockjob {domain.Name} {request.Disk} --abort', or --pivot when it is ready)");
    }

    private async Task<DiskBitmaps> ReadDiskAsync(CancellationToken cancellationToken)
    {
        var inventory = await BitmapReader.ReadAsync(domain, cancellationToken).ConfigureAwait(false);
        var disk = inventory.FindDisk(request.Disk) ?? throw new BackupException(
            FailureKind.Failed,
            $"domain '{domain.Name}' has no disk '{request.Disk}'; it has "
            + string.Join(", ", inventory.Disks.Select(one => one.Name)));
        return disk.Unknown is null ? disk : throw new BackupException(
            FailureKind.NotSupported, $"nothing is known of the bitmaps of {Where}: {disk.Unknown}");
    }

    /// <summary>Adds what libvirt would drop to the image that stays, or to the new one.</summary>
    private async Task CarryAsync(
        IReadOnlyList<CarriedBitmap> carried, DiskBitmaps disk, ChainPart part, CancellationToken cancellationToken)
    {
        if (carried.Count == 0) return;
        var (node, present) = part.Keeper is { } keeper
            ? (BitmapTarget.Of(disk.Layers[keeper]), disk.Layers[keeper].Bitmaps)
            : (await FindNewNodeAsync(cancellationToken).ConfigureAwait(false), []);
        try
        {
            await _qemu.TransactionAsync(BitmapCarrying.Plan(carried, node, present), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (QmpException e) when (!request.DropBitmaps)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"the bitmaps {string.Join(", ", carried.Select(bitmap => bitmap.Name))} of {Where} cannot be carried "
                + $"over: {e.Description}; nothing was changed, take --drop-bitmaps to lose them",
                e);
        }
        catch (QmpException e)
        {
            _warnings.Add($"bitmaps {string.Join(", ", carried.Select(bitmap => bitmap.Name))} are lost: "
                + e.Description);
        }
    }

    private async Task<string> FindNewNodeAsync(CancellationToken cancellationToken)
    {
        var path = ((BlockJobRequest.Copy)request).Destination; // only a copy has no keeper
        var nodes = await _qemu.QueryNamedBlockNodesAsync(cancellationToken).ConfigureAwait(false);
        return nodes.FirstOrDefault(node => node.File == path && node.Driver == "qcow2")?.NodeName
            ?? throw new BackupException(
                FailureKind.Failed, $"QEMU shows no block node for the new image '{path}' of {Where}");
    }

    /// <summary>With one of them there QEMU refuses the next switch.</summary>
    private async Task RemoveLeftOversAsync(DiskBitmaps disk, CancellationToken cancellationToken)
    {
        foreach (var layer in disk.Layers.Where(layer => layer.Find(LeftOver) is { Busy: false }))
        {
            try
            {
                await _qemu.ExecuteAsync(new RemoveBitmap(BitmapTarget.Of(layer), LeftOver), cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (QmpException e)
            {
                _warnings.Add($"bitmap '{LeftOver}' of image '{layer.File}' could not be removed: {e.Description}");
            }
        }
    }
}
