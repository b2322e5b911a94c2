using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups;

/// <summary>
/// Captures a running domain's disks by a pull job. Whatever happens, the job is ended, its files are removed, and the
/// new checkpoint stays only when the point exists.
/// </summary>
internal sealed class OnlineCapture(BackupContext context)
{
    private readonly LibvirtDomain _domain = context.Domain;
    private JobIntent? _intent; // set before anything is begun

    /// <param name="makePlan">Decides what to do; the domain is running by then.</param>
    /// <param name="pointId">The point to be.</param>
    /// <param name="startPaused">True to start the domain paused first, and stop it afterwards.</param>
    /// <param name="copy">Copies the disks.</param>
    /// <param name="commit">Makes the point exist.</param>
    /// <param name="cancellationToken">Ends the capture; everything is undone before the call returns.</param>
    internal async Task<CapturedDisks> RunAsync(
        Func<Task<BackupPlan>> makePlan,
        string pointId,
        bool startPaused,
        CopyDisks copy,
        Func<CapturedDisks, Task> commit,
        CancellationToken cancellationToken)
    {
        var capabilities = await context.Connection.GetCapabilitiesXmlAsync(cancellationToken).ConfigureAwait(false);
        var uri = await context.Connection.GetUriAsync(cancellationToken).ConfigureAwait(false);
        var cleanUp = new JobCleanUp(context, uri);
        WriteIntent(new JobIntent
        {
            Point = pointId,
            RepositoryId = context.Repository.Id,
            Checkpoint = null,
            JobDirectory = JobDirectory.NewPath(context.Request.ScratchDirectory ?? context.State.JobsDirectory),
            Frozen = context.Request.Quiesce != QuiesceMode.None,
            StartedPaused = startPaused,
        });
        CapturedDisks captured;
        try
        {
            JobDirectory.Create(_intent!.JobDirectory, QemuOwner.FromCapabilities(capabilities));
            if (startPaused) await StartPausedAsync().ConfigureAwait(false);
            var begun = await BeginAsync(await makePlan().ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
            var start = context.Time.GetTimestamp();
            var disks = await copy(begun.Plan.Disks, ExportOf, cancellationToken).ConfigureAwait(false);
            var timings = begun.Timings with { Copy = context.Time.GetElapsedTime(start) };
            captured = begun with { Disks = disks, Timings = timings };
            await commit(captured).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            var left = await cleanUp.AfterFailureAsync(_intent!).ConfigureAwait(false);
            if (left is null || e is OperationCanceledException) throw;
            throw new BackupException((e as BackupException)?.Kind ?? FailureKind.Failed, $"{e.Message}; {left}", e);
        }

        context.Warnings.AddRange(await cleanUp.AfterCommitAsync(_intent!, captured.Plan).ConfigureAwait(false));
        return captured;
    }

    private Task StartPausedAsync() => _domain.StartAsync(VirDomainCreateFlags.StartPaused, CancellationToken.None);

    private (NbdEndpoint Endpoint, string? Bitmap) ExportOf(DiskPlan disk) => (
        new NbdEndpoint.UnixSocket(JobDirectory.SocketOf(_intent!.JobDirectory), disk.Disk.Name),
        disk.Parent is null ? null : PullJob.BitmapOf(disk.Disk.Name));

    private async Task<CapturedDisks> BeginAsync(BackupPlan plan, CancellationToken cancellationToken)
    {
        var freezer = new GuestFreezer(_domain, context.Options.QuiesceTimeout, context.Time);
        var frozen = context.Time.GetTimestamp();
        var quiesced = await freezer.FreezeAsync(context.Request.Quiesce, context.Warnings, cancellationToken)
            .ConfigureAwait(false);
        var begin = context.Time.GetTimestamp();
        DateTimeOffset instant;
        try
        {
            plan = await BeginJobAsync(plan).ConfigureAwait(false);
            instant = context.Time.GetUtcNow();
        }
        finally
        {
            if (quiesced) await freezer.ThawAsync(context.Warnings).ConfigureAwait(false);
        }

        return new CapturedDisks
        {
            Plan = plan,
            Time = instant,
            Quiesced = quiesced,
            Timings = new PointTimings(
                quiesced ? context.Time.GetElapsedTime(frozen) : null,
                Begin: context.Time.GetElapsedTime(begin),
                Copy: TimeSpan.Zero),
            Disks = [],
        };
    }

    /// <summary>Begins the job; never cancelled half-way, since libvirt would go on with it.</summary>
    private async Task<BackupPlan> BeginJobAsync(BackupPlan plan)
    {
        try
        {
            await BeginOnceAsync(plan).ConfigureAwait(false);
            return plan;
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.CheckpointInconsistent && plan.Base is not null)
        {
            if (context.Request.Level is BackupLevel.Incremental or BackupLevel.Differential)
                throw new BackupException(
                    FailureKind.NotSupported,
                    $"{context.Request.Level} backup of domain '{_domain.Name}' is not possible: {e.Message}; use "
                    + "--level auto or full",
                    e);
            await OurCheckpoint.TryDropAsync(_domain, plan.NewCheckpoint, CancellationToken.None).ConfigureAwait(false);
            var full = plan.WithoutBase($"libvirt says: {e.Message}");
            await BeginOnceAsync(full).ConfigureAwait(false);
            return full;
        }
    }

    private void WriteIntent(JobIntent intent)
    {
        context.Intents.Write(intent);
        _intent = intent;
    }

    private Task BeginOnceAsync(BackupPlan plan)
    {
        WriteIntent(_intent! with { Checkpoint = plan.NewCheckpoint });
        return _domain.BeginBackupAsync(
            PullJob.DescribeBackup(plan, _intent!.JobDirectory),
            PullJob.DescribeCheckpoint(plan),
            cancellationToken: CancellationToken.None);
    }
}
