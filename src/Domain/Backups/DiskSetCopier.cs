using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Backups.Sources;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups;

/// <summary>Copies the disks of one instant, several at a time; the first failure ends the others.</summary>
internal sealed class DiskSetCopier(BackupContext context, BlobWriter writer)
{
    private static readonly TimeSpan s_progressInterval = TimeSpan.FromMilliseconds(100);

    private readonly RateLimiter _limiter = new(context.Request.RateLimitBytesPerSecond, context.Time);

    internal async Task<IReadOnlyList<(DiskPlan Plan, DiskCopyResult Result)>> CopyAsync(
        IReadOnlyList<DiskPlan> disks, Func<DiskPlan, DiskExport> export, CancellationToken cancellationToken)
    {
        var results = new (DiskPlan Plan, DiskCopyResult Result)[disks.Count];
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = context.Options.ParallelDisks,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(
            0,
            disks.Count,
            parallel,
            async (i, token) =>
            {
                results[i] = await CopyAndHealAsync(disks[i], export(disks[i]), token).ConfigureAwait(false);
            }).ConfigureAwait(false);
        return results;
    }

    /// <summary>
    /// Where the bitmap did not report all that has changed, the disk is read whole, from the same view.
    /// </summary>
    private async Task<(DiskPlan Plan, DiskCopyResult Result)> CopyAndHealAsync(
        DiskPlan disk, DiskExport export, CancellationToken cancellationToken)
    {
        var (written, whyNot) = await BuriedBase.ReadAsync(disk, cancellationToken).ConfigureAwait(false);
        if (whyNot is not null)
        {
            disk = disk with { Level = BackupLevel.Full, Parent = null, Reason = whyNot };
            export = export with { Bitmap = null, LowerLayers = [] };
        }

        var first = await CopyDiskAsync(disk, export with { Written = written }, cancellationToken)
            .ConfigureAwait(false);
        if (first.UnreportedBytes == 0) return (disk, first);
        var healed = disk with
        {
            Level = BackupLevel.Full,
            Parent = null,
            Reason = $"at least {first.UnreportedBytes} bytes had changed that no bitmap reported (resized twice, "
                + "a bitmap cleared, or the image replaced by somebody?)",
        };
        var second = await CopyDiskAsync(healed, export with { Bitmap = null, LowerLayers = [] }, cancellationToken)
            .ConfigureAwait(false);
        return (healed, second with
        {
            ReadBytes = first.ReadBytes + second.ReadBytes,
            StoredBytes = first.StoredBytes + second.StoredBytes,
        });
    }

    private async Task<DiskCopyResult> CopyDiskAsync(
        DiskPlan disk, DiskExport export, CancellationToken cancellationToken)
    {
        try
        {
            var source = await NbdDiskSource.ConnectAsync(export, cancellationToken).ConfigureAwait(false);
            await using var closing = source.ConfigureAwait(false);
            var parent = disk.Parent is null ? null : context.Repository.OpenMap(disk.Parent);
            var report = Reporter(disk.Disk.Name, source.SizeBytes);
            var copier = new DiskCopier(source, parent, context.Repository.ChunkSizeBytes, writer, _limiter, report);
            return await copier.CopyAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NbdException or IOException)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"backup of domain '{context.Domain.Name}' failed while copying disk '{disk.Disk.Name}': {e.Message}"
                + (export.Tls == NbdTlsMode.Require && e is NbdException
                    ? " (do both hosts trust each other's certificates, and has the host's the name in the URI? see "
                        + "--nbd-tls-dir)"
                    : "")
                + "; no point was made, the next backup covers the gap",
                e);
        }
    }

    private Action<long, long> Reporter(string disk, long size)
    {
        if (context.Progress is not { } progress) return (_, _) => { };
        var gate = new Lock();
        long? last = null;
        return (done, read) =>
        {
            lock (gate)
            {
                // Other threads may report less done after more was reported; the audit of the tail reports some bytes
                // twice.
                if (done < size && last is { } at && context.Time.GetElapsedTime(at) < s_progressInterval) return;
                last = context.Time.GetTimestamp();
                progress.Report(new BackupProgress(context.Domain.Name, disk, Math.Min(done, size), size, read));
            }
        };
    }
}
