using System.Buffers.Binary;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups.Planning;

/// <summary>Which disks of a domain are taken, and one line for each that is not, or not with certainty.</summary>
internal sealed record DiskSelection(IReadOnlyList<SelectedDisk> Disks, IReadOnlyList<string> Warnings)
{
    /// <exception cref="BackupException">A named disk does not exist or cannot be taken, or none is left.</exception>
    internal static DiskSelection Select(DomainXml domain, BackupRequest request)
    {
        foreach (var name in request.Disks.Concat(request.Exclude))
            if (domain.Disks.All(disk => disk.Target.Value != name))
                throw new BackupException(
                    FailureKind.Failed,
                    $"domain '{domain.Name}' has no disk '{name}'; it has "
                    + $"{string.Join(", ", domain.Disks.Select(d => d.Target.Value))}");

        var (taken, warnings) = (new List<SelectedDisk>(), new List<string>());
        foreach (var disk in domain.Disks)
        {
            var name = disk.Target.Value;
            if (request.Exclude.Contains(name, StringComparer.Ordinal)) continue;
            if (request.Disks.Count > 0 && !request.Disks.Contains(name, StringComparer.Ordinal)) continue;
            if (WhyLeftOut(disk) is { } why)
            {
                if (request.Disks.Count > 0)
                    throw new BackupException(FailureKind.NotSupported, $"disk '{name}' of domain '{domain.Name}' "
                        + $"{why}");
                warnings.Add($"disk '{name}' {why}: left out");
                continue;
            }

            if (disk.IsShareable)
                warnings.Add(
                    $"disk '{name}' is shareable: what others write to it while it is read may be in the point in "
                    + "part; stop them meanwhile, or leave it out with --exclude");
            taken.Add(new SelectedDisk
            {
                Disk = disk,
                Untrackable = WhyUntrackable(disk),
                Layers = DiskLayers.Of(disk),
            });
        }

        return taken.Count > 0
            ? new DiskSelection(taken, warnings)
            : throw new BackupException(
                FailureKind.NotSupported,
                $"domain '{domain.Name}' has no disk to back up{string.Concat(warnings.Select(line => "; " + line))}");
    }

    /// <summary>Targets of the disks that can hold a dirty bitmap.</summary>
    internal static IReadOnlyList<string> SelectTrackable(DomainXml domain) =>
    [
        .. domain.Disks.Where(disk => WhyLeftOut(disk) is null && WhyUntrackable(disk) is null)
            .Select(disk => disk.Target.Value),
    ];

    private static string? WhyLeftOut(DomainDisk disk) => disk switch
    {
        { IsEmpty: true } => "is an empty drive",
        { Device.Value: "cdrom" or "floppy" } => $"is a {disk.Device.Value} drive",
        { Device.Value: "lun" } => "is a SCSI device passed through to the guest, which QEMU cannot track or copy",
        { IsReadOnly: true } => "is read-only",
        _ => null,
    };

    private static string? WhyUntrackable(DomainDisk disk) => disk switch
    {
        { DriverType: not { Value: "qcow2" } } =>
            $"its format {disk.DriverType?.Value ?? "raw"} cannot hold a dirty bitmap (qcow2 can)",
        { Source: FileDiskSource, LocalPath: { } path } when IsOldQcow2(path) =>
            "it is qcow2 version 2, which cannot hold a dirty bitmap ('qemu-img amend -o compat=1.1' while the domain "
            + "is off)",
        _ => null,
    };

    /// <summary>False also where the file cannot be read from here; libvirt then says it.</summary>
    private static bool IsOldQcow2(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite);
            Span<byte> header = stackalloc byte[8];
            return RandomAccess.Read(file, header, 0) == header.Length
                && header.StartsWith("QFI\xfb"u8[..3])
                && BinaryPrimitives.ReadUInt32BigEndian(header[4..]) < 3;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
