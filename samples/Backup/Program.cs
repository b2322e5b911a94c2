using LibvirtBackup.Backups;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;

await using var host = await LibvirtConnection.OpenAsync("qemu:///system");
using var repository = await Repository.OpenAsync("/srv/backup", CancellationToken.None);

var engine = new BackupEngine(new BackupEngineOptions(), TimeProvider.System);
var report = await engine.BackupAsync(
    host, repository, new BackupRequest { Domain = "web1" }, progress: null, CancellationToken.None);
Console.WriteLine($"{report.Point}: {report.Level}, {report.Disks.Sum(disk => disk.ReadBytes)} bytes read");

await new RestoreEngine().RestoreAsync(
    repository,
    new RestoreRequest { Point = report.Point, Directory = "/tmp/web1" },
    progress: null,
    CancellationToken.None);
