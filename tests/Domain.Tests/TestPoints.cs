using System.Globalization;
using LibvirtBackup.Backups;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Domain.Tests;

/// <summary>Restore points for tests.</summary>
internal static class TestPoints
{
    internal static RestorePoint Make(Guid domain, int sequence, BackupLevel level, string? checkpoint) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"20260101T0000{sequence:00}Z-000000"),
        RepositoryId = "0123abcd",
        Domain = "vm",
        DomainUuid = domain,
        Track = "default",
        Generation = 1,
        Sequence = sequence,
        Level = level,
        Reason = null,
        Time = DateTimeOffset.UnixEpoch.AddDays(sequence),
        Parent = null,
        Checkpoint = checkpoint,
        Quiesced = false,
        DomainXml = "<domain/>",
        Disks = [Disk("vda"), Disk("vdb")],
        Warnings = [],
        MadeBy = "test",
    };

    internal static RestorePointDisk Disk(string name, long size = 1 << 20, string root = "hole") => new()
    {
        Name = name,
        VirtualSizeBytes = size,
        Format = "qcow2",
        Layers = [new DiskLayer($"/{name}", "1")],
        Level = BackupLevel.Full,
        Reason = null,
        Root = root,
        DirtyMap = null,
        ReadBytes = 0,
        DirtyBytes = 0,
        StoredBytes = 0,
    };
}
