using System.Text.Json.Serialization;
using LibvirtBackup.InstantRecovery;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary><c>boot --json</c>: the domains that it was about.</summary>
internal sealed record BootDocument(
    IReadOnlyList<BootDocument.BootedDomain> Domains, IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/boot/1";

    /// <summary>The document of domains and the process ids of their servers.</summary>
    internal static BootDocument Of(
        IReadOnlyList<(InstantDomain Domain, int? Server)> domains, IReadOnlyList<string> warnings) =>
        new([.. domains.Select(one => BootedDomain.Of(one.Domain, one.Server))], warnings);

    /// <summary>A domain; its server's process id is null when none runs, or none is needed any more.</summary>
    internal sealed record BootedDomain(
        string Name, Guid Uuid, string Point, string Directory, int? ServerPid, DateTimeOffset Since,
        IReadOnlyList<BootedDisk> Disks)
    {
        internal static BootedDomain Of(InstantDomain domain, int? server) => new(
            domain.Name, domain.Uuid, domain.Point, domain.Directory, server, domain.Since,
            [.. domain.Disks.Select(disk => new BootedDisk(disk.Target, disk.Image, disk.SizeBytes))]);
    }

    /// <summary>A disk and its local image.</summary>
    internal sealed record BootedDisk(string Name, string Path, long VirtualSizeBytes);
}
