using LibvirtBackup.Backups;

namespace LibvirtBackup.Policies.Planning;

/// <summary>A backup that was taken, whether its point is still there or retention has removed it.</summary>
/// <param name="Level">Its level.</param>
/// <param name="Time">When it began.</param>
/// <param name="Point">Its point.</param>
public sealed record TakenLevel(BackupLevel Level, DateTimeOffset Time, string Point);
