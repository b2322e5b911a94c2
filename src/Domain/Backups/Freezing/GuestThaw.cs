using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Backups.Freezing;

/// <summary>
/// Undoes one freeze: thaws the guest until that is the last word, then removes the record. Whoever else undoes the
/// same freeze at the same time, each step happens once.
/// </summary>
internal sealed class GuestThaw(IGuestFileSystems guest, FreezeLedger ledger, TimeProvider time)
{
    /// <summary>More than libvirt itself waits: 30 s for its lock, 5 s for the agent, 20 s for its answer.</summary>
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    /// <param name="freeze">The record's id.</param>
    /// <param name="patience">How long to try again; zero for once. A call that has begun is waited for.</param>
    internal async Task<ThawResult> RunAsync(Guid freeze, TimeSpan patience)
    {
        var began = time.GetTimestamp();
        var pause = s_shortestPause;
        var thawed = 0;
        while (true)
        {
            string why;
            var wait = pause;
            using (var held = ledger.TryLock())
            {
                var record = held is null ? null : ledger.Read();
                if (held is not null && record?.Id != freeze)
                    return new ThawResult(thawed > 0 ? ThawOutcome.Thawed : ThawOutcome.ThawedByOthers, thawed);
                if (record is null)
                {
                    why = "another process is thawing it";
                }
                else
                {
                    try
                    {
                        var undoing = record.IsPause ? guest.ResumeAsync() : guest.ThawAsync();
                        thawed += await undoing.WaitAsync(s_answer, time).ConfigureAwait(false);
                        var left = record.SettledAt - time.GetUtcNow();
                        if (record.IsSettled || left <= TimeSpan.Zero)
                        {
                            ledger.Clear();
                            return new ThawResult(ThawOutcome.Thawed, thawed);
                        }

                        // The freeze that was thawed is ours for all that can be known. One last thaw is made when ours
                        // cannot come any more; until then others may freeze.
                        wait = thawed > 0 ? left : s_longestPause;
                        why = $"its call to freeze may be under way until {record.SettledAt:HH:mm:ss} UTC";
                    }
                    catch (Exception e) when (e is LibvirtException or TimeoutException)
                    {
                        why = e.Message;
                        if (e is LibvirtException refusal && await IsFinalAsync(refusal).ConfigureAwait(false))
                            return new ThawResult(ThawOutcome.Unknown, thawed, why);
                        pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, s_longestPause.Ticks));
                        await guest.ReconnectAsync().ConfigureAwait(false);
                    }
                }
            }

            if (time.GetElapsedTime(began) + wait > patience) return new ThawResult(ThawOutcome.Unknown, thawed, why);
            await Task.Delay(wait, time).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The guest that was frozen runs no more, or not here: there is nobody to ask. Of one that is paused libvirt says
    /// as well that it is not running; that one can be thawed when it goes on.
    /// </summary>
    private async Task<bool> IsFinalAsync(LibvirtException e)
    {
        if (e.Code != VirErrorNumber.OperationInvalid) return IsGone(e);
        try
        {
            return !await guest.IsActiveAsync().WaitAsync(s_answer, time).ConfigureAwait(false);
        }
        catch (LibvirtException again)
        {
            return IsGone(again);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static bool IsGone(LibvirtException e) =>
        e.Code is VirErrorNumber.NoDomain or VirErrorNumber.ArgumentUnsupported;
}
