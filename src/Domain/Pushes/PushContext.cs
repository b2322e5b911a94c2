using LibvirtBackup.Backups;
using LibvirtBackup.Hosts;
using LibvirtBackup.ImageSets;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.State;

namespace LibvirtBackup.Pushes;

/// <summary>What all parts of one push of one domain share.</summary>
internal sealed record PushContext
{
    internal required HostVersions Host { get; init; }

    /// <summary>The domain, which is locked.</summary>
    internal required LibvirtDomain Libvirt { get; init; }

    /// <summary>The same, as backups see it.</summary>
    internal required IBackupDomain Domain { get; init; }

    /// <summary>The set, which is locked.</summary>
    internal required ImageSet Set { get; init; }

    internal required PushRequest Request { get; init; }

    internal required BackupEngineOptions Options { get; init; }

    internal required StateDirectory State { get; init; }

    internal required Journal Journal { get; init; }

    internal required TimeProvider Time { get; init; }

    internal required IProgress<PushProgress>? Progress { get; init; }

    /// <summary>One line each, for the report and the manifest.</summary>
    internal List<string> Warnings { get; } = [];
}
