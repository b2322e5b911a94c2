using LibvirtBackup.Backups;
using LibvirtBackup.Policies.Calendars;

namespace LibvirtBackup.Policies;

/// <summary>
/// When which level is due: grandfather, father, son with all three, incremental for ever with the last alone. A
/// stronger level counts for the weaker ones.
/// </summary>
/// <param name="Full">When everything is read, or null.</param>
/// <param name="Differential">When what has changed since the last full is read, or null.</param>
/// <param name="Incremental">When what has changed since the last point is read, or null.</param>
public sealed record LevelCalendar(Schedule? Full, Schedule? Differential, Schedule? Incremental)
{
    /// <summary>The schedules that there are, the strongest level first.</summary>
    internal IEnumerable<(BackupLevel Level, Schedule Schedule)> Entries
    {
        get
        {
            if (Full is not null) yield return (BackupLevel.Full, Full);
            if (Differential is not null) yield return (BackupLevel.Differential, Differential);
            if (Incremental is not null) yield return (BackupLevel.Incremental, Incremental);
        }
    }
}
