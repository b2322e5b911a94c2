using LibvirtBackup.Backups;
using LibvirtBackup.Clients;
using LibvirtBackup.Restores;

if (args is not [var uri, var directory, var domain, var target])
    return 2; // qemu:///system /srv/backup web1 /tmp/web1

var client = new BackupClient();
await using var host = await client.ConnectAsync(uri);
using var repository = Directory.Exists(directory)
    ? await client.OpenRepositoryAsync(directory)
    : await client.CreateRepositoryAsync(directory);

var progress = new Progress<BackupProgress>(step => Console.WriteLine($"{step.Disk}: {step.DoneBytes} bytes done"));
var report = await host.BackupAsync(repository, new BackupRequest { Domain = domain }, progress);
Console.WriteLine($"{report.Point}: {report.Level}, {report.Disks.Sum(disk => disk.ReadBytes)} bytes read");

await client.RestoreAsync(repository, new RestoreRequest { Point = report.Point, Directory = target });
return 0;
