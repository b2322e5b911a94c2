using LibvirtBackup.Repositories;
using LibvirtBackup.Restores.Targets.Qcow2;

namespace LibvirtBackup.Restores;

/// <summary>Where one disk goes, and how; made and checked before anything is touched.</summary>
internal sealed record DiskDestination
{
    internal required RestorePointDisk Disk { get; init; }

    /// <summary>Absolute.</summary>
    internal required string Path { get; init; }

    internal required DiskFormat Format { get; init; }

    internal required DestinationKind Kind { get; init; }

    internal bool IsDevice => Kind is DestinationKind.EmptyDevice or DestinationKind.UsedDevice;

    /// <summary>The properties of a new qcow2 image; they are the stored disk's where it was one.</summary>
    internal required Qcow2Options Qcow2 { get; init; }

    /// <summary>Where a new file is until all disks are complete.</summary>
    internal string PartialPath => Path + ".partial";

    /// <summary>Exists while a file that existed before is neither what it was nor what it shall be.</summary>
    internal string IncompletePath => Path + ".incomplete";
}
