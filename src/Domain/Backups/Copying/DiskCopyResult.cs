using LibvirtBackup.Extents;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Backups.Copying;

/// <summary>What copying a disk came to.</summary>
internal sealed record DiskCopyResult
{
    internal required long SizeBytes { get; init; }

    internal required MapEntry Root { get; init; }

    /// <summary>What QEMU reported as changed, or null when everything was read.</summary>
    internal required RangeSet? Dirty { get; init; }

    /// <summary>Bytes that QEMU reported as changed; the size where everything was read.</summary>
    internal long DirtyBytes => Dirty?.TotalBytes ?? SizeBytes;

    internal required long ReadBytes { get; init; }

    internal required long StoredBytes { get; init; }

    /// <summary>Bytes whose content differs from the parent although nobody reported a change.</summary>
    internal required long UnreportedBytes { get; init; }
}
