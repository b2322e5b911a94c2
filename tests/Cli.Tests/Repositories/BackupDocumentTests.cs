using System.Text.Json;
using LibvirtBackup.Backups;
using LibvirtBackup.Cli.Backups;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Tests.Support;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Tests.Repositories;

public sealed class BackupDocumentTests
{
    [Fact]
    public void The_document_has_the_promised_fields()
    {
        var report = new BackupReport
        {
            Point = SmallRepository.Incremental,
            Domain = "web",
            Track = "default",
            Level = BackupLevel.Incremental,
            Reason = "vdb is new",
            Checkpoint = "lvb.0123abcd.default.1.2.00ff9a",
            Parent = SmallRepository.Full,
            Consistency = PointConsistency.FileSystem,
            Disks =
            [
                new DiskBackupReport
                {
                    Name = "vda",
                    Level = BackupLevel.Incremental,
                    Reason = null,
                    VirtualSizeBytes = 1 << 30,
                    ReadBytes = 65_536,
                    DirtyBytes = 131_072,
                    StoredBytes = 1_024,
                },
            ],
            Warnings = ["vdc is left out: it is read-only"],
            Dropped = [SmallRepository.Full],
        };
        var document = BackupDocument.Of([report], []);
        Golden.Equal(
            "json/backup.json", JsonSerializer.Serialize(document, CliJson.Documents.BackupDocument) + "\n");
    }
}
