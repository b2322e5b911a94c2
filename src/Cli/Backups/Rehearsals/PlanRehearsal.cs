using System.Text.Json;
using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Qmp;
using LibvirtBackup.Recovery;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Backups.Rehearsals;

/// <summary>
/// The rehearsal's part that needs a domain: one with a disk and a checkpoint, as libvirt and QEMU describe such.
/// </summary>
internal static class PlanRehearsal
{
    /// <summary>Is there on every host, and no image: what is asked of it is answered, and changes nothing.</summary>
    internal const string Image = "/";

    private const string Domain = $"""
        <domain type='kvm'>
          <name>rehearsal</name>
          <uuid>00000000-0000-0000-0000-000000000000</uuid>
          <devices>
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2'/>
              <source file='{Image}' index='1'/>
              <backingStore/>
              <target dev='vda' bus='virtio'/>
              <alias name='virtio-disk0'/>
            </disk>
          </devices>
        </domain>
        """;

    private const string Drives = $$"""
        [{"device": "", "qdev": "/machine/peripheral/virtio-disk0/virtio-backend", "inserted": {
            "node-name": "libvirt-1-format", "drv": "qcow2", "ro": false, "file": "{{Image}}",
            "image": {"filename": "{{Image}}", "format": "qcow2", "virtual-size": 65536},
            "dirty-bitmaps": [{"name": "rehearsal", "recording": true, "persistent": true, "busy": false,
                "granularity": 65536, "count": 0}] } }]
        """;

    /// <summary>Plans an incremental backup and describes it to libvirt.</summary>
    /// <param name="repository">Has the full.</param>
    /// <param name="id">The full's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<BackupPlan> RunAsync(
        Repository repository, string id, CancellationToken cancellationToken)
    {
        var definition = DomainXml.Parse(Domain);
        var request = new BackupRequest { Domain = definition.Name };
        var selection = DiskSelection.Select(definition, request);
        var drives = JsonSerializer.Deserialize(Drives, QmpJsonContext.Default.IReadOnlyListBlockDevice) ?? [];
        new RunningLayers(drives, [.. drives.Select(drive => drive.Inserted).OfType<BlockNode>()]).Join(definition);

        var notes = await repository.Notes.ListDistrustedAsync(cancellationToken);
        var full = await repository.Points.ReadAsync(id, cancellationToken);
        var name = new CheckpointNaming(repository.Id, full.Track, 1, 1, CheckpointNaming.NewMark()).ToString();
        full = full with { Checkpoint = name };
        var checkpoint = new TrackedCheckpoint(
            name, full.Time, CheckpointNaming.Description,
            full.Disks.ToDictionary(disk => disk.Name, _ => (long?)0, StringComparer.Ordinal));
        var history = TrackHistory.From(
            [PointSummary.Of(full)], repository.Id, full.DomainUuid, full.Track, [name], highestSequence: 0);
        var plan = await BackupPlanner.PlanAsync(
            request, repository.Id, CheckpointNaming.NewMark(), history, selection, isRunning: true,
            asked => Task.FromResult(CheckpointProbe.Of(asked, checkpoint).Distrusting(notes)),
            _ => Task.FromResult(full));
        DomainBackupXml.Parse(PullJob.DescribeBackup(plan, new LocalJobPlace("/")));
        PullJob.DescribeCheckpoint(plan);
        return plan;
    }
}
