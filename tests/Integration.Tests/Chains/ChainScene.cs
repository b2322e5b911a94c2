using LibvirtBackup.Backups;
using LibvirtBackup.BlockJobs;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Snapshots;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Chains;

/// <summary>
/// A paused guest with one disk, whose images are snapshotted, merged and moved, by us or behind our back.
/// </summary>
internal sealed class ChainScene(BackupScene scene, Random random) : IAsyncDisposable
{
    internal const string Disk = "vda";

    private const long Size = 8 * Units.MiB;
    private int _images;

    internal BackupScene Backups => scene;

    internal LabGuest Guest => scene.Guest;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private BackupEngineOptions Options => new()
    {
        StateDirectory = scene.StateDirectory,
        ThawWatchdog = [Path.Combine(AppContext.BaseDirectory, "lvbackup"), "thaw-watchdog"],
    };

    private SnapshotEngine Snapshots => new(Options, TimeProvider.System);

    internal static async Task<ChainScene> StartAsync(
        LabHost host, Random random, long size = Size, bool isOnSmallStorage = false)
    {
        var disk = new LabDisk(size) { IsOnSmallStorage = isOnSmallStorage };
        return new ChainScene(await BackupScene.OfAsync(await LabGuest.StartPausedAsync(host, Token, disk)), random);
    }

    /// <summary>Writes, discards, takes an oracle's copy and a point; gives what was done for the disk.</summary>
    internal async Task<BackupReport> BackUpAsync(BackupLevel level = BackupLevel.Auto)
    {
        await WriteAsync();
        return await scene.BackUpAsync(request => request with { Level = level });
    }

    internal async Task WriteAsync()
    {
        if (!await IsRunningAsync()) await Guest.StartPausedAsync(Token);
        var io = new QemuIo(Guest);
        await io.FillAsync(Disk, Place(), 192 * Units.KiB, (byte)random.Next(1, 256), Token);
        await io.DiscardAsync(Disk, Place(), 64 * Units.KiB, Token);
    }

    /// <summary>Runs virsh on the guest, behind our back.</summary>
    internal Task<string> VirshAsync(string command, params string[] options) =>
        Guest.Host.Virsh.RunAsync(Token, [command, Guest.Name, .. options]);

    /// <summary>A snapshot of disks behind our back, in a new image; its path.</summary>
    internal async Task<string> SnapshotByVirshAsync(string name)
    {
        var image = NewImage();
        await VirshAsync("snapshot-create-as", name, "--disk-only", "--diskspec", $"{Disk},file={image}");
        return image;
    }

    internal Task<SnapshotReport> SnapshotAsync(string name, string? checkpoint = null) => Snapshots.CreateAsync(
        scene.Connection,
        new SnapshotRequest
        {
            Domain = Guest.Name,
            Name = name,
            Checkpoint = checkpoint,
            Disks = new Dictionary<string, string?> { [Disk] = NewImage() },
        },
        Token);

    internal Task<SnapshotReport> DeleteAsync(string name) =>
        Snapshots.DeleteAsync(scene.Connection, Guest.Name, name, dropBitmaps: false, Token);

    internal Task<SnapshotReport> RevertAsync(string name) =>
        Snapshots.RevertAsync(scene.Connection, Guest.Name, name, AfterRevert.Paused, Token);

    internal Task<BlockJobReport> RunAsync(BlockJobRequest request) =>
        new BlockJobEngine(Options, TimeProvider.System).RunAsync(scene.Connection, request, null, Token);

    internal BlockJobRequest.Commit Commit(string? top = null, string? @base = null) =>
        new() { Domain = Guest.Name, Disk = Disk, Top = top, Base = @base };

    internal BlockJobRequest.Pull Pull(string? @base = null) =>
        new() { Domain = Guest.Name, Disk = Disk, Base = @base };

    internal BlockJobRequest.Copy Copy(bool pivot, string format = "qcow2") => new()
    {
        Domain = Guest.Name,
        Disk = Disk,
        Destination = NewImage(format),
        Format = format,
        Pivot = pivot,
    };

    internal async Task<bool> IsRunningAsync() => await VirshAsync("domstate") is not "shut off";

    /// <summary>The images of the running guest's disk, the one that it writes first.</summary>
    internal async Task<IReadOnlyList<string>> ListImagesAsync()
    {
        var xml = System.Xml.Linq.XDocument.Parse(await VirshAsync("dumpxml"));
        var disk = xml.Descendants("disk").Single();
        return
        [
            .. disk.DescendantsAndSelf().Where(element => element.Name == "disk" || element.Name == "backingStore")
                .Select(element => (string?)element.Element("source")?.Attribute("file")).OfType<string>(),
        ];
    }

    internal string NewImage(string format = "qcow2") =>
        Path.Combine(Guest.Directory, $"image{++_images}.{format}");

    public ValueTask DisposeAsync() => scene.DisposeAsync();

    private long Place() => random.Next(100) * 64 * Units.KiB;
}
