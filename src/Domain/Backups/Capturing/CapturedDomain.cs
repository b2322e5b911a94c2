using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Capturing;

/// <summary>What a restore point has besides the bytes of the disks.</summary>
internal sealed record CapturedDomain
{
    internal required string DefinitionXml { get; init; }

    internal required bool HasSecrets { get; init; }

    internal required bool WasRunning { get; init; }

    internal required bool Autostart { get; init; }

    internal required PointHost Host { get; init; }

    internal required IReadOnlyDictionary<string, string> GuestInfo { get; init; }

    internal required IReadOnlyList<PointAttachment> Attachments { get; init; }

    /// <summary>By disk; absent where the image could not be asked.</summary>
    internal required IReadOnlyDictionary<string, DiskImageProperties> Images { get; init; }

    /// <summary>What could not be had, one line each.</summary>
    internal required IReadOnlyList<string> Warnings { get; init; }
}
