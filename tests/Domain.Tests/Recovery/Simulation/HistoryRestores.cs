using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>Restores over the domain's own disks: what RestoreEngine and CheckpointSeed leave behind.</summary>
internal sealed class HistoryRestores(HistoryWorld world)
{
    internal async Task RestoreAsync(HistoryStep step)
    {
        using var opened = await Repository.OpenAsync(world.Repositories[step.A % 2].Store, CancellationToken.None);
        var ids = await opened.Points.ListIdsAsync(CancellationToken.None);
        if (ids.Count == 0) return;
        var point = await opened.Points.ReadAsync(ids[step.B % ids.Count], CancellationToken.None);
        if (point.DomainUuid != world.Uuid) return;
        world.Stop(isKilled: false);
        var isInPlace = step.C % 2 == 0;
        var isDefined = step.C / 2 % 2 == 0;
        world.Log.Add(
            $"    point {point.Sequence} of track {point.Track}, {(isInPlace ? "in place" : "new files")}"
            + $"{(isDefined ? ", defined again with checkpoints" : "")}");
        foreach (var disk in point.Disks) Write(disk, isInPlace);
        if (isDefined) Define(point, opened.Id);
        if (step.D % 4 != 0) world.Domain.Start();
    }

    private void Write(RestorePointDisk disk, bool isInPlace)
    {
        // In place through qemu-nbd: bitmaps record what is written.
        if (!isInPlace)
            world.Domain.Images[disk.Name] =
                new SimulatedImage(world.NewPath(disk.Name), HistoryWorld.ChunksPerDisk);
        world.Domain.Images[disk.Name].WriteDifferences(world.Contents.Get(disk));
    }

    /// <summary>With --define --keep-identity: the domain was gone, and its checkpoints with it.</summary>
    private void Define(RestorePoint point, string repositoryId)
    {
        world.Domain.LoseMetadata();
        var names = point.Disks.Select(disk => disk.Name).ToList();
        foreach (var bitmaps in names.Select(disk => world.Domain.Images[disk].Bitmaps))
            foreach (var ours in bitmaps.Keys.Where(name => IsOf(repositoryId, name)).ToList())
                bitmaps.Remove(ours);
        if (point.Checkpoint is not { } name) return;
        foreach (var disk in names) world.Domain.AddBitmap(disk, name, new SimulatedBitmap().Store());
        var definition = SimulatedDefinition.Of(world.Domain, world.Uuid);
        world.Domain.Describe(
            name,
            $"lvbackup: restored from point {point.Id} ({Guid.NewGuid():n}); later backups start from it; "
            + SeededImages.Write(definition.Disks.Where(disk => names.Contains(disk.Target.Value))),
            names);
    }

    private static bool IsOf(string repositoryId, string bitmap) =>
        CheckpointNaming.TryParse(bitmap, out var parts) && parts.RepositoryId == repositoryId;
}
