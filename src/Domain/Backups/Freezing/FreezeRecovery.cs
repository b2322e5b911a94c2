namespace LibvirtBackup.Backups.Freezing;

/// <summary>
/// Undoes a freeze that an interrupted run and its watchdog have left; first of all, for the guest waits.
/// </summary>
internal static class FreezeRecovery
{
    /// <returns>What was done or could not be done, at most one line.</returns>
    internal static async Task<string[]> RunAsync(BackupContext context, CancellationToken cancellationToken)
    {
        var domain = context.Domain;
        // The record of a domain that is off stays: its saved memory, if it has any, may be of a frozen guest.
        if (context.Freezes.Read() is null
            || !await domain.Tracking.IsRunningAsync(cancellationToken).ConfigureAwait(false))
            return [];
        var uri = await domain.GetUriAsync(cancellationToken).ConfigureAwait(false);
        var guest = domain.OpenGuest(uri);
        await using var closing = guest.ConfigureAwait(false);
        return await RunAsync(guest, context.Freezes, context.Time, domain.Name).ConfigureAwait(false);
    }

    /// <returns>What was done or could not be done, at most one line.</returns>
    internal static async Task<string[]> RunAsync(
        IGuestFileSystems guest, FreezeLedger ledger, TimeProvider time, string domain)
    {
        if (ledger.Read() is not { } record) return [];
        var result = await new GuestThaw(guest, ledger, time).RunAsync(record.Id, TimeSpan.Zero).ConfigureAwait(false);
        if (result.FileSystems > 0 && record.IsPause)
            return ["resumed the guest, which an interrupted run had paused"];
        if (result.FileSystems > 0) return ["thawed the guest's file systems, which an interrupted run had frozen"];
        return result.Outcome == ThawOutcome.Unknown
            ? [$"an interrupted run may have left the guest's file systems frozen ({result.Why}): see whether the "
                + $"guest can write, else run 'virsh domfsthaw {domain}'; '{ledger.Path}' is removed by the first "
                + "backup that can thaw"]
            : [];
    }
}
