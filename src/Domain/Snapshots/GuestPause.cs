using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Snapshots;

/// <summary>
/// Pauses a guest for an instant, and lets it go on whatever happens: at the limit, and when this process is killed, by
/// the watchdog and the record that freezes have too.
/// </summary>
internal sealed class GuestPause(SnapshotContext context, TimeSpan limit)
{
    private readonly TimeProvider _time = context.Time;
    private readonly LibvirtDomain _domain = context.Domain;

    /// <summary>Does something while the guest is paused.</summary>
    /// <returns>How long it was, and whether all was done meanwhile.</returns>
    /// <exception cref="BackupException">The guest cannot be paused safely.</exception>
    internal async Task<(TimeSpan? Paused, bool IsSame)> HoldAsync(Func<Task> instant)
    {
        var uri = await _domain.Connection.GetUriAsync(CancellationToken.None).ConfigureAwait(false);
        var order = new ThawOrder
        {
            Freeze = Guid.NewGuid(),
            Uri = uri,
            DomainUuid = _domain.Uuid,
            Domain = _domain.Name,
            DomainDirectory = context.State.OpenDomain(_domain.Uuid),
            Timeout = ThawOrder.Settling,
            Limit = limit,
        };
        var guard = await ThawGuard.StartAsync(context.Options.ThawWatchdog, order).ConfigureAwait(false);
        await using var hangingUp = guard.ConfigureAwait(false);
        if (await guard.FindObstacleAsync(_time, CancellationToken.None).ConfigureAwait(false) is { } obstacle)
            throw new BackupException(
                FailureKind.Failed, $"the guest of domain '{_domain.Name}' is not paused: {obstacle}");
        var ledger = new FreezeLedger(order.DomainDirectory);
        Record(ledger, order);
        if (!await guard.TellAsync(ThawOrder.Freezing).ConfigureAwait(false))
        {
            ledger.Withdraw();
            throw new BackupException(
                FailureKind.Failed,
                $"the guest of domain '{_domain.Name}' is not paused: the watchdog that would resume it after a crash "
                + "has ended");
        }

        var guest = new LibvirtGuest(uri, _domain.Uuid, _domain);
        await using var closing = guest.ConfigureAwait(false);
        var began = _time.GetTimestamp();
        var work = Task.CompletedTask;
        bool isSame;
        try
        {
            await _domain.SuspendAsync(CancellationToken.None).ConfigureAwait(false);
            ledger.Settle();
            await guard.TellAsync(ThawOrder.Frozen).ConfigureAwait(false);
            work = instant();
            await WaitAsync(work).ConfigureAwait(false);
        }
        finally
        {
            isSame = work.IsCompletedSuccessfully;
            var resumed = await new GuestThaw(guest, ledger, _time).RunAsync(order.Freeze, order.Timeout)
                .ConfigureAwait(false);
            isSame &= resumed.Outcome == ThawOutcome.Thawed;
            if (resumed.Outcome != ThawOutcome.Unknown)
                await guard.TellAsync(ThawOrder.Thawed).ConfigureAwait(false);
        }

        var paused = _time.GetElapsedTime(began);
        await work.ConfigureAwait(false);
        return (paused, isSame);
    }

    private void Record(FreezeLedger ledger, ThawOrder order)
    {
        using var held = ledger.TryLock();
        if (held is null || ledger.Read() is not null)
            throw new BackupException(
                FailureKind.Busy,
                $"an interrupted freeze or pause of domain '{_domain.Name}' is still being undone; try again");
        var now = _time.GetUtcNow();
        ledger.Write(new FreezeRecord
        {
            Id = order.Freeze,
            MountPoints = [],
            AskedAt = now,
            SettledAt = now + ThawOrder.Settling,
            IsPause = true,
        });
    }

    private async Task WaitAsync(Task work)
    {
        using var stop = new CancellationTokenSource();
        await Task.WhenAny(work, Task.Delay(limit, _time, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
    }
}
