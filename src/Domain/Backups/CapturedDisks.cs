using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups;

/// <summary>The copied disks of one instant, and the plan that was followed in the end.</summary>
internal sealed record CapturedDisks
{
    internal required BackupPlan Plan { get; init; }

    /// <summary>The instant, UTC.</summary>
    internal required DateTimeOffset Time { get; init; }

    /// <summary>What was frozen at the instant; null when nothing was, or that is in doubt.</summary>
    internal required PointFreeze? Freeze { get; init; }

    internal required PointTimings Timings { get; init; }

    internal required IReadOnlyList<(DiskPlan Plan, DiskCopyResult Result)> Disks { get; init; }
}
