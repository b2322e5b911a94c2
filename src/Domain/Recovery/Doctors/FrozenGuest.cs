using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.State;

namespace LibvirtBackup.Recovery.Doctors;

/// <summary>
/// Finds the record of a freeze that was never undone: a run was killed, and its watchdog too, before the guest was
/// thawed; perhaps before it was frozen.
/// </summary>
internal sealed class FrozenGuest(LibvirtDomain domain, string uri, StateDirectory state, TimeProvider time)
{
    private const string Frozen =
        "an interrupted backup may have left the guest's file systems frozen; the next backup thaws them too";

    private const string Paused =
        "an interrupted snapshot may have left the guest paused; the next backup resumes it too";

    private const string Ended =
        "an interrupted backup left a record that the guest may be frozen; the guest has ended since, and the freeze "
        + "with it";

    private const string Saved =
        "an interrupted backup may have left the guest's file systems frozen, and its memory was saved since: it is "
        + "thawed when the domain runs again";

    private readonly FreezeLedger _ledger = new(state.OpenDomain(domain.Uuid));

    internal async Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        if (_ledger.Read() is not { } record) return [];
        return await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false)
            ? [Find(record.IsPause ? Paused : Frozen, "thaw")]
            : await domain.HasManagedSaveAsync(cancellationToken).ConfigureAwait(false)
                ? [Find(Saved, "wait-for-start")]
                : [Find(Ended, "remove-record")];
    }

    internal async Task<IReadOnlyList<DoctorFinding>> RepairAsync(CancellationToken cancellationToken)
    {
        var found = await LookAsync(cancellationToken).ConfigureAwait(false);
        if (found is [{ Repair: "thaw" }])
        {
            var guest = new LibvirtGuest(uri, domain.Uuid, domain);
            await using var closing = guest.ConfigureAwait(false);
            await FreezeRecovery.RunAsync(guest, _ledger, time, domain.Name).ConfigureAwait(false);
        }
        else if (found is [{ Repair: "remove-record" }])
        {
            // Whoever holds the lock is thawing, and removes the record himself.
            using var held = _ledger.TryLock();
            if (held is not null) _ledger.Clear();
        }

        var isLeft = _ledger.Read() is not null;
        return [.. found.Select(finding => finding with { Repaired = !isLeft, IsProblem = isLeft })];
    }

    private static DoctorFinding Find(string message, string repair) =>
        DomainExamination.OfDomain("frozen-guest", null, message, repair, isRepaired: false);
}
