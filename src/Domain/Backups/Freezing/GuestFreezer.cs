using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Backups.Freezing;

/// <summary>Freezes the guest for an instant, and thaws it whatever happens.</summary>
/// <param name="guest">The guest.</param>
/// <param name="ledger">Where the freeze is recorded.</param>
/// <param name="guard">The watchdog, which was given <paramref name="order"/>.</param>
/// <param name="order">The freeze.</param>
/// <param name="options">How to freeze; not <see cref="QuiesceMode.None"/>.</param>
/// <param name="time">The clock.</param>
/// <param name="warnings">Receives what the user has to know, where that is no failure.</param>
internal sealed class GuestFreezer(
    IGuestFileSystems guest,
    FreezeLedger ledger,
    ThawGuard guard,
    ThawOrder order,
    QuiesceOptions options,
    TimeProvider time,
    List<string> warnings)
{
    /// <summary>Ours ends first, so that the message can say how long was waited.</summary>
    private static readonly TimeSpan s_libvirtMargin = TimeSpan.FromSeconds(1);

    /// <summary>Does something while the guest is frozen; without a freeze where that is not possible.</summary>
    /// <exception cref="BackupException">
    /// A freeze was required, and did not work or is in doubt; the guest is thawed.
    /// </exception>
    internal async Task<FrozenMoment<T>> HoldAsync<T>(Func<Task<T>> instant, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        if (await FreezeAsync(cancellationToken).ConfigureAwait(false) is not { } frozen)
            return new FrozenMoment<T>(await instant().ConfigureAwait(false), null, null);

        var began = time.GetTimestamp();
        var work = instant();
        await WaitAsync(work, options.Limit).ConfigureAwait(false);
        var isInTime = work.IsCompleted && time.GetElapsedTime(began) <= options.Limit;
        var thaw = await ThawAsync().ConfigureAwait(false);
        var duration = time.GetElapsedTime(asked);
        var left = thaw.Outcome == ThawOutcome.Unknown ? $"; {MayBeFrozen(thaw)}" : "";
        T result;
        try
        {
            result = await work.ConfigureAwait(false);
        }
        catch (Exception e) when (left.Length > 0 && e is LibvirtException or BackupException)
        {
            throw new BackupException((e as BackupException)?.Kind ?? FailureKind.Failed, e.Message + left, e);
        }

        if (FindDoubt(frozen, isInTime, thaw) is not { } doubt) return new FrozenMoment<T>(result, duration, frozen);
        if (options.Mode == QuiesceMode.Require)
            throw new BackupException(
                FailureKind.Failed,
                $"the guest of domain '{order.Domain}' was frozen, but {doubt}; no point is taken: see what holds the "
                + $"host up, or use --quiesce try{left}");
        warnings.Add($"the guest was frozen, but {doubt}: the point may be only crash-consistent{left}");
        return new FrozenMoment<T>(result, duration, null);
    }

    /// <returns>The number of file systems, null when the guest is not frozen.</returns>
    private async Task<int?> FreezeAsync(CancellationToken cancellationToken)
    {
        if (await FindObstacleAsync(cancellationToken).ConfigureAwait(false) is { } obstacle)
            return GiveUp(obstacle, null);
        var now = time.GetUtcNow();
        var record = new FreezeRecord
        {
            Id = order.Freeze,
            MountPoints = options.MountPoints,
            AskedAt = now,
            SettledAt = now + options.Timeout + ThawOrder.Settling,
        };
        if (!TryRecord(record)) return GiveUp("an interrupted backup's freeze of it is still being undone", null);
        if (!await guard.TellAsync(ThawOrder.Freezing).ConfigureAwait(false))
        {
            ledger.Withdraw();
            return GiveUp("the thaw watchdog has ended, and nobody would thaw it after a crash", null);
        }

        var freezing = guest.FreezeAsync(options.MountPoints, options.Timeout + s_libvirtMargin);
        string why;
        try
        {
            var count = await freezing.WaitAsync(options.Timeout, time, cancellationToken).ConfigureAwait(false);
            ledger.Settle();
            await guard.TellAsync(ThawOrder.Frozen).ConfigureAwait(false);
            if (count >= Math.Max(1, options.MountPoints.Count)) return count;
            why = options.MountPoints.Count == 0
                ? "it has no file system that can be frozen"
                : $"it has only {count} of the {options.MountPoints.Count} mount points";
        }
        catch (LibvirtException e)
        {
            why = e.Message;
        }
        catch (TimeoutException)
        {
            why = $"no answer within {options.Timeout.TotalSeconds:0} s";
        }
        catch
        {
            await SettleAsync(freezing, record).ConfigureAwait(false);
            await ThawAsync().ConfigureAwait(false);
            throw;
        }

        await SettleAsync(freezing, record).ConfigureAwait(false);
        var thaw = await ThawAsync().ConfigureAwait(false);
        return GiveUp(why, thaw.Outcome == ThawOutcome.Unknown ? MayBeFrozen(thaw) : null);
    }

    private async Task<string?> FindObstacleAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await guest.FindObstacleAsync().WaitAsync(options.Timeout, time, cancellationToken)
                .ConfigureAwait(false)
                ?? await guard.FindObstacleAsync(time, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            return e.Message;
        }
        catch (TimeoutException)
        {
            return $"its guest agent did not answer within {options.Timeout.TotalSeconds:0} s";
        }
    }

    /// <returns>False when another freeze is not undone yet.</returns>
    private bool TryRecord(FreezeRecord record)
    {
        using var held = ledger.TryLock();
        if (held is null || ledger.Read() is not null) return false;
        ledger.Write(record);
        return true;
    }

    /// <summary>
    /// Waits until libvirt has ended the call to freeze: a thaw before that might be overtaken by it, for libvirt's
    /// lock is no queue.
    /// </summary>
    private async Task SettleAsync(Task<int> freezing, FreezeRecord record)
    {
        await WaitAsync(freezing, record.SettledAt - time.GetUtcNow()).ConfigureAwait(false);
        var isLost = freezing.Exception?.InnerException is LibvirtException { Domain: VirErrorDomain.Rpc };
        if (freezing.IsCompleted && !isLost) ledger.Settle();
    }

    private async Task<ThawResult> ThawAsync()
    {
        var patience = guard.IsRunning ? TimeSpan.Zero : options.Timeout;
        var result = await new GuestThaw(guest, ledger, time).RunAsync(order.Freeze, patience).ConfigureAwait(false);
        if (result.Outcome != ThawOutcome.Unknown) await guard.TellAsync(ThawOrder.Thawed).ConfigureAwait(false);
        return result;
    }

    private string? FindDoubt(int frozen, bool isInTime, ThawResult thaw) =>
        !isInTime ? $"the backup had not begun within {options.Limit.TotalSeconds:0} s"
        : thaw.Outcome == ThawOutcome.ThawedByOthers ? "its watchdog thawed it meanwhile"
        : thaw.Outcome == ThawOutcome.Unknown ? $"it did not thaw ({thaw.Why})"
        : thaw.FileSystems < frozen
            ? $"{frozen - thaw.FileSystems} of its {frozen} file systems had been thawed meanwhile by somebody else"
        : null;

    /// <exception cref="BackupException">A freeze is required.</exception>
    private int? GiveUp(string why, string? left)
    {
        var what = $"the guest of domain '{order.Domain}' did not freeze its file systems: {why}";
        left = left is null ? "" : $"; {left}";
        if (options.Mode == QuiesceMode.Require)
            throw new BackupException(
                FailureKind.Failed,
                $"{what}; no point is taken: see that qemu-guest-agent works in it, or use --quiesce try{left}");
        warnings.Add($"{what}; the point is only crash-consistent{left}");
        return null;
    }

    private string MayBeFrozen(ThawResult thaw) =>
        $"ITS FILE SYSTEMS MAY STILL BE FROZEN ({thaw.Why}): "
        + (guard.IsRunning ? $"a watchdog tries on for {ThawWatchdog.Patience.TotalMinutes:0} minutes, " : "")
        + $"the next backup thaws first, or run 'virsh domfsthaw {order.Domain}'";

    /// <summary>Waits until a task has ended in any way, but not longer.</summary>
    private async Task WaitAsync(Task task, TimeSpan longest)
    {
        using var stop = new CancellationTokenSource();
        var late = longest > TimeSpan.Zero ? Task.Delay(longest, time, stop.Token) : Task.CompletedTask;
        await Task.WhenAny(task, late).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
    }
}
