using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Planning;

/// <summary>A disk that takes part in the backup.</summary>
internal sealed record SelectedDisk
{
    internal required DomainDisk Disk { get; init; }

    /// <summary>Why the disk cannot hold a dirty bitmap and is read in full each time; null when it can.</summary>
    internal required string? Untrackable { get; init; }

    /// <summary>The images it consists of, the top one first.</summary>
    internal required IReadOnlyList<DiskLayer> Layers { get; init; }

    internal string Name => Disk.Target.Value;

    internal string Format => Disk.DriverType?.Value ?? "raw";

    /// <summary>The image file or device on this host, or null for network and pool storage.</summary>
    internal string? Path => Disk.LocalPath;
}
