using System.Text.Json;
using LibvirtBackup.Backups;
using LibvirtBackup.Restores;
using LibvirtBackup.Restores.Definitions;
using LibvirtBackup.Restores.Targets.Qcow2;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Restores;

/// <summary>Bitmaps in images of a domain that is about to be defined.</summary>
public sealed class CheckpointSeedTests : IDisposable
{
    private const string Seed = "lvb.0123abcd.default.1.2.00ff9a";

    private readonly TestDirectory _directory = new();
    private readonly List<string> _warnings = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, Seed)]
    [InlineData(false, null)]
    public async Task An_image_written_in_place_loses_the_bitmaps_whose_names_the_next_checkpoints_may_get(
        bool keepsIdentity, string? seed)
    {
        var path = _directory.File("vda.qcow2");
        await Tools.SucceedAsync("qemu-img", "create", "-f", "qcow2", path, "1M");
        string[] others = ["lvb.ffffffff.default.1.3.00ff9a", "mine"];
        string[] ours = [Seed, "lvb.0123abcd.default.1.3.00ff9a", "lvb.0123abcd.nightly.2.1.00ff9a"];
        foreach (var name in (string[])[.. ours, .. others])
            await Tools.SucceedAsync("qemu-img", "bitmap", "--add", "-f", "qcow2", path, name);
        await Tools.SucceedAsync("qemu-io", "-f", "qcow2", "-c", "write -P 1 0 64k", path);

        await PrepareAsync(path, DiskFormat.Qcow2, DestinationKind.ExistingFile, keepsIdentity);

        Assert.Empty(_warnings);
        using var info = JsonDocument.Parse(
            await Tools.SucceedAsync("qemu-img", "info", "--output=json", "-f", "qcow2", path));
        var bitmaps = info.RootElement.GetProperty("format-specific").GetProperty("data").GetProperty("bitmaps");
        Assert.Equal(
            seed is null ? others : [seed, .. others],
            bitmaps.EnumerateArray().Select(bitmap => bitmap.GetProperty("name").GetString()!)
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(DiskFormat.Raw, 3)]
    [InlineData(DiskFormat.Qcow2, 2)]
    public async Task A_disk_that_cannot_record_is_told_where_backups_should_go_on(DiskFormat format, int version)
    {
        await PrepareAsync(_directory.File("absent"), format, DestinationKind.NewFile, keepsIdentity: true, version);
        Assert.Contains("all of disk 'vda'", Assert.Single(_warnings), StringComparison.Ordinal);
        _warnings.Clear();
        await PrepareAsync(_directory.File("absent"), format, DestinationKind.NewFile, keepsIdentity: false, version);
        Assert.Empty(_warnings);
    }

    public void Dispose() => _directory.Dispose();

    private Task PrepareAsync(
        string path, DiskFormat format, DestinationKind kind, bool keepsIdentity, int version = 3)
    {
        var disk = new DiskDestination
        {
            Disk = TestPoints.Disk("vda"),
            Path = path,
            Format = format,
            Kind = kind,
            Qcow2 = new Qcow2Options { Version = version },
        };
        var point = TestPoints.Make(Guid.NewGuid(), 2, BackupLevel.Full, Seed);
        return new CheckpointSeed(point, _warnings).PrepareAsync(disk, path, keepsIdentity, Token);
    }
}
