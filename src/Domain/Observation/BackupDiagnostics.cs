using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LibvirtBackup.Observation;

/// <summary>The names under which the library is measured and traced; docs/library.md lists the instruments.</summary>
public static class BackupDiagnostics
{
    /// <summary>The name of the <see cref="Meter"/>.</summary>
    public const string MeterName = "LibvirtBackup";

    /// <summary>The name of the <see cref="ActivitySource"/>: an activity per operation.</summary>
    public const string ActivitySourceName = "LibvirtBackup";

    private static readonly Meter s_meter = new(MeterName);

    internal static ActivitySource Activities { get; } = new(ActivitySourceName);

    internal static Histogram<double> Duration { get; } = s_meter.CreateHistogram<double>(
        "libvirtbackup.operation.duration", "s", "How long operations took.");

    internal static Counter<long> ReadBytes { get; } = s_meter.CreateCounter<long>(
        "libvirtbackup.backup.read", "By", "Bytes that backups read from guests.");

    internal static Counter<long> StoredBytes { get; } = s_meter.CreateCounter<long>(
        "libvirtbackup.backup.stored", "By", "Bytes that backups added to repositories.");

    internal static Counter<long> RestoredBytes { get; } = s_meter.CreateCounter<long>(
        "libvirtbackup.restore.written", "By", "Bytes that restores wrote.");
}
