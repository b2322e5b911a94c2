using LibvirtBackup.Backups;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.ImageSets;

/// <summary>One disk of an image point.</summary>
internal sealed record ImagePointDisk
{
    /// <summary>The target name (<c>vda</c>).</summary>
    public required string Name { get; init; }

    /// <summary>The file in the point's directory, or the absolute path of a device.</summary>
    public required string File { get; init; }

    /// <summary><c>qcow2</c> or <c>raw</c>.</summary>
    public required string Format { get; init; }

    public required long VirtualSizeBytes { get; init; }

    /// <summary>The bytes that <see cref="Sha256"/> is of, from the beginning of the file or device.</summary>
    public long LengthBytes { get; init; }

    public string Sha256 { get; init; } = string.Empty;

    /// <summary>When the file was last written, UTC: while that stays the same it is not read to be checked.</summary>
    public DateTimeOffset Written { get; init; }

    public required BackupLevel Level { get; init; }

    /// <summary>Why this level, when it was not the one asked for.</summary>
    public required string? Reason { get; init; }

    /// <summary>The image behind this one, relative to the point's directory as the image has it; or null.</summary>
    public required string? BackingFile { get; init; }

    /// <summary>The format of the image behind this one, or null.</summary>
    public required string? BackingFormat { get; init; }

    /// <summary>The format of the domain's own image.</summary>
    public required string SourceFormat { get; init; }

    /// <summary>The images that the disk consisted of, the top one first.</summary>
    public required IReadOnlyList<DiskLayer> Layers { get; init; }

    /// <summary>The later point that was written to the same device, so that this one's content is gone; or null.
    /// </summary>
    public string? OverwrittenBy { get; init; }

    internal bool IsDevice => Path.IsPathRooted(File);

    internal RestorePointDisk ToRestorePointDisk() => new()
    {
        Name = Name,
        VirtualSizeBytes = VirtualSizeBytes,
        Format = SourceFormat,
        Layers = Layers,
        Level = Level,
        Reason = Reason,
        Root = MapEntry.Hole.ToString(),
        DirtyMap = null,
        ReadBytes = 0,
        DirtyBytes = 0,
        StoredBytes = 0,
    };
}
