using LibvirtBackup.Backups;

namespace LibvirtBackup.Reports;

/// <summary>A restore point in a report.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Track">Its track.</param>
/// <param name="Level">The level that was done.</param>
/// <param name="Reason">Why this level, when it was not the one asked for.</param>
/// <param name="Time">The instant that the disks are from, UTC.</param>
/// <param name="VirtualSizeBytes">The size of all disks as the guest sees them.</param>
/// <param name="ReadBytes">Bytes read from the guest's disks.</param>
/// <param name="StoredBytes">Bytes that it added to the repository.</param>
/// <param name="Copy">How long the copy took; null when its maker does not say.</param>
/// <param name="IsQuiesced">True when the guest's file systems were frozen.</param>
/// <param name="IsDamaged">True when verify found that it does not restore as a whole.</param>
/// <param name="Warnings">What its backup warned of.</param>
internal sealed record PointReport(
    string Id, string Track, BackupLevel Level, string? Reason, DateTimeOffset Time, long VirtualSizeBytes,
    long ReadBytes, long StoredBytes, TimeSpan? Copy, bool IsQuiesced, bool IsDamaged, IReadOnlyList<string> Warnings);
