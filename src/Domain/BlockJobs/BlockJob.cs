using LibvirtBackup.Bitmaps;
using LibvirtBackup.Interop.Libvirt;
using Status = LibvirtBackup.Interop.Libvirt.VirConnectDomainEventBlockJobStatus;

namespace LibvirtBackup.BlockJobs;

/// <summary>
/// libvirt's job, followed by its events. Disposing before the end aborts it: the disk stays in the images that it was
/// in.
/// </summary>
internal sealed class BlockJob(
    LibvirtDomain domain, BlockJobRequest request, TimeProvider time, IProgress<BlockJobProgress>? progress)
    : IAsyncDisposable
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(100);

    private EventSubscription<DomainBlockJobEvent>? _events;
    private BlockJobErrors? _errors;
    private Task<DomainBlockJobEvent>? _ended;

    private string Where => $"disk '{request.Disk}' of domain '{domain.Name}'";

    /// <summary>True when it has ended, and not as it should.</summary>
    internal bool HasFailed { get; private set; }

    /// <summary>Begins; not cancelled half-way.</summary>
    internal async Task BeginAsync(ChainPart part, DiskBitmaps disk, CancellationToken cancellationToken)
    {
        _events = await domain.Connection.Events.BlockJobsAsync(domain, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        _errors = await BlockJobErrors.WatchAsync(domain, request.Disk, time, cancellationToken).ConfigureAwait(false);
        var speed = (ulong)(request.BytesPerSecond ?? 0);
        string? FileOf(int? layer) => layer < disk.Layers.Count ? disk.Layers[layer.Value].File : null;
        switch (request)
        {
            case BlockJobRequest.Commit:
                var flags = part.First == 0 ? VirDomainBlockCommitFlags.Active : VirDomainBlockCommitFlags.None;
                await domain.BlockCommitAsync(
                    request.Disk, FileOf(part.Receiver), part.First == 0 ? null : FileOf(part.First), speed, flags,
                    CancellationToken.None).ConfigureAwait(false);
                break;
            case BlockJobRequest.Pull when FileOf(part.First + part.Count) is { } stays:
                await domain.BlockRebaseAsync(
                    request.Disk, stays, speed, VirDomainBlockRebaseFlags.BandwidthBytes, CancellationToken.None)
                    .ConfigureAwait(false);
                break;
            case BlockJobRequest.Pull:
                await domain.BlockPullAsync(request.Disk, speed, CancellationToken.None).ConfigureAwait(false);
                break;
            case BlockJobRequest.Copy copy:
                await BeginCopyAsync(copy, speed).ConfigureAwait(false);
                break;
        }

        _ended = _events.FirstAsync(
            one => one.Disk == request.Disk && one.Status != Status.Ready, CancellationToken.None);
    }

    internal async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await LookAsync(cancellationToken).ConfigureAwait(false) is { } info
                && info.Current == info.End
                && await MirrorState.IsReadyAsync(domain, request.Disk, cancellationToken).ConfigureAwait(false))
                return;
            if (_ended!.IsCompleted) throw await FailedAsync().ConfigureAwait(false);
            await PauseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a job that is ready.</summary>
    /// <param name="pivot">True to switch over.</param>
    internal async Task FinishAsync(bool pivot)
    {
        await domain.AbortBlockJobAsync(
            request.Disk,
            pivot ? VirDomainBlockJobAbortFlags.Pivot : VirDomainBlockJobAbortFlags.None,
            CancellationToken.None).ConfigureAwait(false);
        // It has ended; the event follows, unless QEMU dies: then libvirt says so here.
        while (!_ended!.IsCompleted)
        {
            await LookAsync(CancellationToken.None).ConfigureAwait(false);
            await PauseAsync(CancellationToken.None).ConfigureAwait(false);
        }

        var ended = await _ended.ConfigureAwait(false);
        if (ended.Status != (pivot ? Status.Completed : Status.Canceled))
            throw await FailedAsync().ConfigureAwait(false);
    }

    /// <exception cref="BackupException">It failed.</exception>
    internal async Task WaitUntilEndedAsync(CancellationToken cancellationToken)
    {
        while (!_ended!.IsCompleted)
        {
            await LookAsync(cancellationToken).ConfigureAwait(false);
            await PauseAsync(cancellationToken).ConfigureAwait(false);
        }

        if ((await _ended.ConfigureAwait(false)).Status != Status.Completed)
            throw await FailedAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended is { IsCompleted: false } && !domain.Connection.Closed.IsCompleted)
        {
            try
            {
                await domain.AbortBlockJobAsync(request.Disk, cancellationToken: CancellationToken.None)
                    .ConfigureAwait(false);
            }
            catch (LibvirtException)
            {
                // It has just ended, or its domain has: what failed first is told.
            }
        }

        if (_errors is not null) await _errors.DisposeAsync().ConfigureAwait(false);
        if (_events is not null) await _events.DisposeAsync().ConfigureAwait(false);
    }

    private Task BeginCopyAsync(BlockJobRequest.Copy copy, ulong speed)
    {
        var flags = VirDomainBlockCopyFlags.TransientJob;
        if (copy.Shallow) flags |= VirDomainBlockCopyFlags.Shallow;
        if (copy.ReuseExternal) flags |= VirDomainBlockCopyFlags.ReuseExt;
        var parameters = speed == 0
            ? TypedParameterList.Empty
            : new TypedParameterList(new ULongParameter(LibvirtConstants.VIR_DOMAIN_BLOCK_COPY_BANDWIDTH, speed));
        return domain.BlockCopyAsync(
            request.Disk, CopyTarget.Describe(copy), parameters, flags, CancellationToken.None);
    }

    private async Task<BlockJobInfo?> LookAsync(CancellationToken cancellationToken)
    {
        var info = await domain.GetBlockJobInfoAsync(request.Disk, cancellationToken).ConfigureAwait(false);
        if (info is { End: > 0 })
            progress?.Report(new BlockJobProgress(domain.Name, request.Disk, (long)info.Current, (long)info.End));
        return info;
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_ended!, Task.Delay(s_pollInterval, time, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<BackupException> FailedAsync()
    {
        HasFailed = true;
        var ended = await _ended!.ConfigureAwait(false); // asked only when it has ended
        var why = ended.Status == Status.Canceled ? null : await _errors!.FindAsync().ConfigureAwait(false);
        var how = ended.Status == Status.Canceled ? "was ended by somebody"
            : why is null ? "failed (libvirt's log may tell why)"
            : $"failed: {why}";
        return new BackupException(FailureKind.Failed, $"the block job on {Where} {how}");
    }
}
