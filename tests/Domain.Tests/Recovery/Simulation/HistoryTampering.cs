using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>
/// What others do to the domain, its checkpoints and bitmaps, and to the repository. Left out is what neither libvirt
/// nor QEMU nor a file's identity can show: another image's bytes written into the same file. The real copier looks for
/// that in a sample of the data.
/// </summary>
internal sealed class HistoryTampering(HistoryWorld world)
{
    internal void DeleteCheckpoint(HistoryStep step)
    {
        var ours = world.Domain.Checkpoints.Where(name => name.StartsWith("lvb.", StringComparison.Ordinal)).ToList();
        if (ours.Count == 0) return;
        var name = ours[step.A % ours.Count];
        world.Log.Add($"    {name}");
        var isWhole = world.Domain.DisksOf(name).All(disk => world.Domain.Image(disk).ContainsKey(name));
        if (step.B % 2 == 0 && isWhole && world.Domain.IsRunning)
            foreach (var disk in world.Domain.DisksOf(name)) world.Domain.RemoveBitmap(disk, name);
        else if (step.B % 2 == 0) return;
        world.Domain.LoseMetadata(name);
    }

    /// <summary>Through QEMU's monitor; of a domain that is off, with qemu-img.</summary>
    internal void Tamper(HistoryStep step)
    {
        var ours = world.OurBitmaps();
        if (ours.Count == 0) return;
        var (disk, name) = ours[step.A % ours.Count];
        var bitmap = world.Domain.Bitmap(disk, name);
        string[] ways = ["clear", "remove", "disable", "enable", "replace", "clear", "transient", "grain"];
        var way = ways[step.B % ways.Length];
        world.Log.Add($"    {way} {name} on {disk}");
        if (way == "remove") world.Domain.RemoveBitmap(disk, name);
        if (bitmap.Inconsistent) return; // QEMU allows nothing else
        if (way == "clear") bitmap.Clear();
        if (way == "disable") bitmap.Recording = false;
        if (way == "enable") bitmap.Recording = true;
        if (way is not ("replace" or "transient" or "grain")) return;
        world.Domain.RemoveBitmap(disk, name);
        var another = new SimulatedBitmap();
        another.Missed.UnionWith([.. bitmap.Missed, .. bitmap.Dirty]);
        another.Persistent = way != "transient" || !world.Domain.IsRunning;
        if (way == "grain") another.GranularityBytes /= 2;
        if (!world.Domain.IsRunning) another.Store();
        world.Domain.AddBitmap(disk, name, another);
    }

    /// <summary>The product's own calls fail when they touch these.</summary>
    internal void Foreign(HistoryStep step)
    {
        var disk = HistoryWorld.Disks[step.B % HistoryWorld.Disks.Length];
        string[] names = ["theirs", "lvb.ffffffff.default.1.1.00ff9a", "lvb.notes"];
        var name = names[step.C % names.Length];
        switch (step.A % 4)
        {
            case 0 when world.Domain.IsRunning && !world.Domain.Knows(name)
                && !world.Domain.Image(disk).ContainsKey(name):
                world.Domain.AddCheckpoint(name, disk);
                break;
            case 1 when !world.Domain.Image(disk).ContainsKey(name):
                world.Domain.AddBitmap(disk, name);
                break;
            case 2 when world.Domain.IsRunning && world.Jobs.Socket is null:
                world.Jobs.Foreign = step.C % 2 == 0 ? "snapshot" : "migration-out";
                break;
            default:
                world.Jobs.Foreign = null;
                break;
        }
    }

    internal async Task LosePointAsync(HistoryStep step)
    {
        using var opened = await Repository.OpenAsync(
            world.Repositories[step.A % 2].Store, CancellationToken.None);
        var ids = await opened.Points.ListIdsAsync(CancellationToken.None);
        if (ids.Count == 0) return;
        var id = ids[step.B % ids.Count];
        world.Log.Add($"    {id}");
        if (step.C % 2 == 0) await opened.ForgetAsync(id, CancellationToken.None);
        else await DamageNotes.WriteAsync(opened, [], [id], replaced: null, CancellationToken.None);
    }

    internal void RollBack(HistoryStep step)
    {
        var repository = step.A % 2;
        var copies = world.Copies[repository];
        if (step.B % 2 == 0 || copies.Count == 0) copies.Add(world.Repositories[repository].Store.Copy());
        else world.Repositories[repository].Store.RollBackTo(copies[step.C % copies.Count]);
        world.Log.Add($"    {(step.B % 2 == 0 ? "copied" : "rolled back")} repository {repository}");
    }

    internal void LoseJournal()
    {
        File.Delete(world.JournalPath);
        world.ForgetJournal();
    }

    /// <summary>libvirt migrates no domain while a backup runs.</summary>
    internal void Migrate()
    {
        if (world.HasJob) return;
        world.Host = 1 - world.Host;
        world.Domain.LoseMetadata();
        world.ForgetJournal();
    }

    internal void LoseMetadata()
    {
        if (!world.HasJob) world.Domain.LoseMetadata();
    }

    internal void ChangeIdentity()
    {
        world.Stop(isKilled: false);
        world.Domain.LoseMetadata();
        world.Identity = 1 - world.Identity;
        world.ForgetJournal();
        world.Domain.Start();
    }

    /// <summary>Images change places, are copied to another file, or one from the shelf comes back.</summary>
    internal void MoveImages(HistoryStep step)
    {
        world.Stop(isKilled: false);
        var disk = HistoryWorld.Disks[step.B % HistoryWorld.Disks.Length];
        var images = world.Domain.Images;
        switch (step.A % 4)
        {
            case 0:
                (images["vda"], images["vdb"]) = (images["vdb"], images["vda"]);
                break;
            case 1 or 2:
                world.Shelf.Add((disk, images[disk]));
                images[disk] = images[disk].CopyTo(world.NewPath(disk));
                if (step.A % 4 == 2) images[disk].Bitmaps.Clear();
                break;
            default:
                if (world.Shelf.Count == 0) break;
                var (_, older) = world.Shelf[step.C % world.Shelf.Count];
                if (images.ContainsValue(older)) break;
                world.Shelf.Add((disk, images[disk]));
                images[disk] = older;
                break;
        }

        if (step.D % 4 != 0) world.Domain.Start();
        Assert.Equal(HistoryWorld.Disks.Length, images.Values.Distinct().Count());
    }
}
