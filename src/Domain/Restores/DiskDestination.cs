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

    /// <summary>True for a new file that takes the place of one which exists and cannot be made right.</summary>
    internal bool Replaces { get; init; }

    /// <summary>
    /// True where a restore of the same point was killed after this disk had got its name: a new one replaces it.
    /// </summary>
    internal bool IsUnfinished { get; init; }

    internal bool IsDevice => Kind is DestinationKind.EmptyDevice or DestinationKind.UsedDevice;

    /// <summary>The properties of a new qcow2 image; they are the stored disk's where it was one.</summary>
    internal required Qcow2Options Qcow2 { get; init; }

    /// <summary>Where a new file is until all disks are complete.</summary>
    internal string PartialPath => Path + ".partial";

    /// <summary>Exists while a file under the disk's own name belongs to a restore that has not finished.</summary>
    internal string IncompletePath => IncompletePathOf(Path);

    /// <summary>Exists, and is locked, while a restore writes the disk.</summary>
    internal string LockPath => Path + ".restoring";

    internal static string IncompletePathOf(string path) => path + ".incomplete";
}
