using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Backups;

/// <summary>
/// Where others have changed the domain while a backup ran, every track is looked at again as soon as that is over: the
/// user learns of a lost checkpoint now, and not from the next backup.
/// </summary>
internal sealed class Revalidation(BackupContext context, IDomainWatch watch)
{
    /// <summary>The point exists by now, so nothing of this fails the backup.</summary>
    internal async Task RunAsync()
    {
        var changes = watch.Changes;
        if (changes.Count == 0) return;
        context.Warnings.Add(
            $"while the backup ran, {string.Join(", ", changes)}; all checkpoints were looked at again after it");
        try
        {
            if (!await context.Domain.Tracking.IsRunningAsync(CancellationToken.None).ConfigureAwait(false)) return;
            var (points, _) = await context.Repository.ListPointsAsync(CancellationToken.None).ConfigureAwait(false);
            var damaged = await context.Repository.ListDamagedPointsAsync(CancellationToken.None)
                .ConfigureAwait(false);
            await new TrackPreparation(context, points, damaged)
                .PrepareAsync(isRunning: true, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LibvirtException or BackupException or IOException)
        {
            context.Warnings.Add($"the checkpoints cannot be looked at ({e.Message}); the next backup does it");
        }
    }
}
