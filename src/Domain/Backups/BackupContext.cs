using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Hosts;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.Backups;

/// <summary>What all parts of one backup of one domain share.</summary>
internal sealed record BackupContext
{
    internal required HostVersions Host { get; init; }

    /// <summary>The domain, which is locked.</summary>
    internal required IBackupDomain Domain { get; init; }

    internal required IPointSources Sources { get; init; }

    internal required Repository Repository { get; init; }

    internal required BackupRequest Request { get; init; }

    internal required BackupEngineOptions Options { get; init; }

    internal required StateDirectory State { get; init; }

    internal required Journal Journal { get; init; }

    internal required TimeProvider Time { get; init; }

    internal required IProgress<BackupProgress>? Progress { get; init; }

    /// <summary>Whether the guest may be frozen by us.</summary>
    internal FreezeLedger Freezes => new(State.OpenDomain(Domain.Uuid));

    /// <summary>One line each, for the report and the point.</summary>
    internal List<string> Warnings { get; } = [];
}
