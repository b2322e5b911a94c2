using System.Diagnostics.CodeAnalysis;
using LibvirtBackup.Backups;

namespace LibvirtBackup.Repositories;

/// <summary>One disk of a restore point.</summary>
public sealed record RestorePointDisk
{
    /// <summary>The target name (<c>vda</c>).</summary>
    public required string Name { get; init; }

    /// <summary>The size that the guest sees, in bytes.</summary>
    public required long VirtualSizeBytes { get; init; }

    /// <summary>The image format at that time (<c>qcow2</c>, <c>raw</c>).</summary>
    public required string Format { get; init; }

    /// <summary>How the image was made, or null where it could not be asked.</summary>
    public DiskImageProperties? Image { get; init; }

    /// <summary>
    /// The images that the disk consisted of, the top one first; empty where its storage does not tell.
    /// </summary>
    [AllowNull]
    public IReadOnlyList<DiskLayer> Layers { get; init => field = value ?? []; } = [];

    /// <summary>The level that was done for this disk.</summary>
    public required BackupLevel Level { get; init; }

    /// <summary>Why this level, when it was not the one asked for.</summary>
    public required string? Reason { get; init; }

    /// <summary>The Merkle root of the disk's map: <c>hole</c>, <c>zero</c> or a SHA-256 in hexadecimal.</summary>
    public required string Root { get; init; }

    /// <summary>
    /// The blobs that hold the ranges changed since the parent point, one after the other; null for a full.
    /// </summary>
    public required IReadOnlyList<string>? DirtyMap { get; init; }

    /// <summary>Bytes read from QEMU.</summary>
    public required long ReadBytes { get; init; }

    /// <summary>Bytes that QEMU reported as changed; the virtual size for a full.</summary>
    public required long DirtyBytes { get; init; }

    /// <summary>Bytes that this disk added to the repository.</summary>
    public required long StoredBytes { get; init; }
}
