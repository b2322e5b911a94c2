using LibvirtBackup.BlockJobs;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Snapshots;

/// <summary>Takes an external snapshot, and a checkpoint with it.</summary>
/// <remarks>
/// libvirt has no call for both (<c>virDomainSnapshotCreateXML2</c> was proposed and never made). So the checkpoint is
/// made first and the snapshot after it, while the guest is paused: QEMU has written everything out when it is. Should
/// the guest run in between all the same, the checkpoint is the older of the two: what is written meanwhile is below
/// the snapshot and counts as changed since the checkpoint, which is safe; the other way round it would be missing.
/// </remarks>
internal sealed class SnapshotCreation(SnapshotContext context, SnapshotRequest request)
{
    private readonly LibvirtDomain _domain = context.Domain;

    internal async Task<SnapshotReport> RunAsync(CancellationToken cancellationToken)
    {
        await context.RefuseWhenBusyAsync(cancellationToken).ConfigureAwait(false);
        var running = await RunningDomain.EnsureAsync(_domain, context.Journal, context.State, cancellationToken)
            .ConfigureAwait(false);
        await using var stopping = running.ConfigureAwait(false);
        var definition = DomainXml.Parse(
            await _domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        var snapshot = SnapshotDescription.Of(definition, request);
        var checkpoint = SnapshotDescription.CheckpointOf(definition, request);
        var before = await CheckpointSizes.ReadAsync(_domain, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var (paused, isSame) = await MakeAsync(snapshot, checkpoint).ConfigureAwait(false);
        var after = await CheckpointSizes.ReadAsync(_domain, CancellationToken.None).ConfigureAwait(false);
        return new SnapshotReport
        {
            Domain = _domain.Name,
            Snapshot = request.Name,
            Checkpoint = request.Checkpoint,
            Paused = paused,
            SameInstant = checkpoint is null ? null : isSame,
            Checkpoints = CheckpointSizes.Compare(before, after, disk: null),
            Warnings = checkpoint is null || isSame
                ? []
                : [$"the guest was paused for longer than {request.PauseLimit.TotalSeconds:0} s and went on before the "
                    + "snapshot was there: what it wrote in between counts as changed since the checkpoint"],
        };
    }

    private async Task<(TimeSpan? Paused, bool IsSame)> MakeAsync(string snapshot, string? checkpoint)
    {
        var state = await _domain.GetStateAsync(CancellationToken.None).ConfigureAwait(false);
        if (checkpoint is null || state.State != VirDomainState.Running)
        {
            await MakeBothAsync(snapshot, checkpoint).ConfigureAwait(false);
            return (null, true);
        }

        return await new GuestPause(context, request.PauseLimit)
            .HoldAsync(() => MakeBothAsync(snapshot, checkpoint)).ConfigureAwait(false);
    }

    private async Task MakeBothAsync(string snapshot, string? checkpoint)
    {
        if (checkpoint is not null)
        {
            using var made = await _domain.CreateCheckpointAsync(checkpoint, cancellationToken: CancellationToken.None)
                .ConfigureAwait(false);
        }

        try
        {
            using var made = await _domain.CreateSnapshotAsync(
                snapshot,
                VirDomainSnapshotCreateFlags.DiskOnly | VirDomainSnapshotCreateFlags.Atomic,
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (LibvirtException) when (checkpoint is not null)
        {
            using var made = await _domain.LookupCheckpointAsync(request.Checkpoint!, CancellationToken.None)
                .ConfigureAwait(false);
            await made.DeleteAsync(cancellationToken: CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }
}
