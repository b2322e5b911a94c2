using LibvirtBackup.Backups.Planning;

namespace LibvirtBackup.Pushes;

/// <summary>Where QEMU writes one disk.</summary>
internal sealed record PushTarget
{
    internal required DiskPlan Plan { get; init; }

    /// <summary>The file in the staging directory, or the device.</summary>
    internal required string Path { get; init; }

    internal required bool IsDevice { get; init; }

    /// <summary><c>qcow2</c> or <c>raw</c>.</summary>
    internal required string Format { get; init; }

    internal required long VirtualSizeBytes { get; init; }

    /// <summary>How much is written at most, as far as that can be known before.</summary>
    internal required long ExpectedBytes { get; init; }

    /// <summary>The image behind a qcow2 one, relative to the directory of the point; or null.</summary>
    internal string? BackingFile { get; init; }

    internal string? BackingFormat { get; init; }

    /// <summary>The raw image of the base, of which a copy is brought up to date; or null.</summary>
    internal string? CopyOf { get; init; }

    internal string Name => Plan.Disk.Name;
}
