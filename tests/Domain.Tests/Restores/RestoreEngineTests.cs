using System.Diagnostics;
using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Domain.Tests.Repositories;
using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Restores;
using LibvirtBackup.Restores.Targets;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Restores;

public sealed class RestoreEngineTests : IDisposable
{
    private const int Cluster = 64 * 1024;

    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DiskFormat.Raw)]
    [InlineData(DiskFormat.Qcow2)]
    public async Task A_disk_comes_back_byte_for_byte(DiskFormat format)
    {
        using var repository = await CreateAsync();
        var disk = Disk();
        await CommitAsync(repository, disk);

        var report = await new RestoreEngine().RestoreAsync(repository, Request(format), null, Token);

        var restored = Assert.Single(report.Disks);
        Assert.Equal(disk.Bytes, await PlainBytesAsync(restored.Path, format));
        Assert.Equal(2 * Cluster, restored.WrittenBytes);
        Assert.Empty(Directory.EnumerateFiles(Request(format).Directory!, "*.partial"));
    }

    [Fact]
    public async Task Existing_files_are_refused_and_kept_unless_overwriting_is_asked_for()
    {
        using var repository = await CreateAsync();
        var disk = Disk();
        await CommitAsync(repository, disk);
        var request = Request(DiskFormat.Raw);
        Directory.CreateDirectory(request.Directory!);
        var path = Path.Combine(request.Directory!, "vda.raw");
        await File.WriteAllTextAsync(path, "precious", Token);

        var e = await Assert.ThrowsAsync<BackupException>(
            () => new RestoreEngine().RestoreAsync(repository, request, null, Token));
        Assert.Contains("--overwrite", e.Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(path, Token));

        await new RestoreEngine().RestoreAsync(repository, request with { Overwrite = true }, null, Token);
        Assert.Equal(disk.Bytes, await File.ReadAllBytesAsync(path, Token));
    }

    [Theory]
    [InlineData(DiskFormat.Raw)]
    [InlineData(DiskFormat.Qcow2)]
    public async Task What_a_killed_restore_left_is_no_disk_and_does_not_hinder_the_next_one(DiskFormat format)
    {
        using var repository = await CreateAsync();
        var disk = Disk();
        await CommitAsync(repository, disk);
        var request = Request(format);
        Directory.CreateDirectory(request.Directory!);
        var name = format == DiskFormat.Raw ? "vda.raw" : "vda.qcow2";
        await File.WriteAllTextAsync(Path.Combine(request.Directory!, name + ".partial"), "half", Token);

        var report = await new RestoreEngine().RestoreAsync(repository, request, null, Token);

        Assert.Equal(disk.Bytes, await PlainBytesAsync(report.Disks[0].Path, format));
        Assert.Equal([name], Directory.EnumerateFiles(request.Directory!).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Two_restores_to_one_place_do_not_mix()
    {
        using var repository = await CreateAsync();
        await CommitAsync(repository, Disk());
        var request = Request(DiskFormat.Raw);
        Directory.CreateDirectory(request.Directory!);
        var partial = Path.Combine(request.Directory!, "vda.raw.partial");
        using (DirectFile.Create(partial))
        {
            var e = await Assert.ThrowsAsync<BackupException>(
                () => new RestoreEngine().RestoreAsync(repository, request, null, Token));
            Assert.Equal(FailureKind.Busy, e.Kind);
            Assert.True(File.Exists(partial), "the other restore's file was taken away");
        }

        await new RestoreEngine().RestoreAsync(repository, request, null, Token);
    }

    [Theory]
    [InlineData(DiskFormat.Raw)]
    [InlineData(DiskFormat.Qcow2)]
    public async Task Whichever_read_of_the_repository_fails_no_disk_is_left_that_looks_whole(DiskFormat format)
    {
        using (var repository = await CreateAsync()) await CommitAsync(repository, Disk());
        for (var n = 0; ; n++)
        {
            var operations = StoreOperations.Read | StoreOperations.Length | StoreOperations.List;
            using var directory = new DirectoryBlobStore(_directory.File("repo"));
            using var store = new FaultyBlobStore(directory, new Fault(operations, n, FaultKind.InputOutputError));
            var request = Request(format) with { Directory = _directory.File($"out{n}") };
            try
            {
                using var repository = await Repository.OpenAsync(store, null, TimeProvider.System, Token);
                var report = await new RestoreEngine().RestoreAsync(repository, request, null, Token);
                Assert.Equal(Disk().Bytes, await PlainBytesAsync(report.Disks[0].Path, format));
                if (store.FaultReached) continue;
                Assert.InRange(n, 5, 100);
                break;
            }
            catch (Exception e) when (e is BackupException or IOException)
            {
                Assert.True(store.FaultReached);
                Assert.Empty(Directory.Exists(request.Directory) ? Directory.EnumerateFiles(request.Directory) : []);
            }
        }
    }

    [Fact]
    public async Task A_flipped_bit_in_any_place_of_a_pack_restores_nothing_or_the_right_bytes()
    {
        using (var repository = await CreateAsync()) await CommitAsync(repository, Disk());
        var expected = Disk().Bytes;
        var pack = Assert.Single(
            Directory.EnumerateFiles(_directory.File("repo/packs"), "*", SearchOption.AllDirectories));
        var good = await File.ReadAllBytesAsync(pack, Token);
        var refused = 0;
        for (var at = 8; at < good.Length; at += Math.Max(1, good.Length / 61))
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 0x10;
            await File.WriteAllBytesAsync(pack, bad, Token);
            using var repository = await Repository.OpenAsync(_directory.File("repo"), Token);
            var request = Request(DiskFormat.Raw) with { Directory = _directory.File($"out{at}") };
            try
            {
                await new RestoreEngine().RestoreAsync(repository, request, null, Token);
                var restored = Path.Combine(request.Directory!, "vda.raw");
                Assert.Equal(expected, await File.ReadAllBytesAsync(restored, Token));
            }
            catch (BackupException e)
            {
                Assert.Equal(FailureKind.Integrity, e.Kind);
                Assert.Empty(Directory.EnumerateFiles(request.Directory!));
                refused++;
            }
        }

        Assert.InRange(refused, 50, 62);
    }

    [Fact]
    public async Task A_damaged_manifest_is_an_integrity_failure()
    {
        using (var repository = await CreateAsync()) await CommitAsync(repository, Disk());
        var manifest = Assert.Single(Directory.EnumerateFiles(_directory.File("repo/points")));
        var text = await File.ReadAllTextAsync(manifest, Token);
        await File.WriteAllTextAsync(manifest,
            text.Replace("\"sequence\":1", "\"sequence\":2", StringComparison.Ordinal), Token);
        using var reopened = await Repository.OpenAsync(_directory.File("repo"), Token);
        var list = await reopened.ListPointsAsync(Token);
        Assert.Empty(list.Points);
        Assert.Contains("checksum", Assert.Single(list.Damaged), StringComparison.Ordinal);
        var e = await Assert.ThrowsAsync<BackupException>(
            () => reopened.GetPointAsync(Path.GetFileNameWithoutExtension(manifest), Token));
        Assert.Equal(FailureKind.Integrity, e.Kind);
    }

    [Theory]
    [InlineData("../vda")]
    [InlineData("/etc/vda")]
    [InlineData("..")]
    [InlineData("")]
    public async Task A_disk_whose_name_leads_out_of_the_directory_is_an_integrity_failure(string name)
    {
        using var repository = await CreateAsync();
        var point = TestPoints.Make(Guid.NewGuid(), 1, BackupLevel.Full, null);
        await repository.CommitAsync(point with { Disks = [TestPoints.Disk(name)] }, Token);
        var e = await Assert.ThrowsAsync<BackupException>(
            () => new RestoreEngine().RestoreAsync(repository, Request(DiskFormat.Raw), null, Token));
        Assert.Equal(FailureKind.Integrity, e.Kind);
    }

    [Fact]
    public async Task An_unknown_point_and_an_unknown_disk_are_named()
    {
        using var repository = await CreateAsync();
        await CommitAsync(repository, Disk());
        var engine = new RestoreEngine();
        var noPoint = await Assert.ThrowsAsync<BackupException>(
            () => engine.RestoreAsync(repository, Request(DiskFormat.Raw) with { Point = "2031" }, null, Token));
        Assert.Contains("'2031'", noPoint.Message, StringComparison.Ordinal);
        var noDisk = await Assert.ThrowsAsync<BackupException>(
            () => engine.RestoreAsync(repository, Request(DiskFormat.Raw) with { Disks = ["sdz"] }, null, Token));
        Assert.Contains("it has vda", noDisk.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private static SimulatedDisk Disk()
    {
        var disk = new SimulatedDisk((10 * Cluster) + 512, Cluster);
        var bytes = new byte[Cluster];
        new Random(4).NextBytes(bytes);
        disk.Write(2 * Cluster, bytes);
        disk.Write(5 * Cluster, new byte[Cluster]);
        disk.Write((7 * Cluster) + 100, "hello"u8);
        return disk;
    }

    private Task<Repository> CreateAsync() =>
        Repository.CreateAsync(_directory.File("repo"), new RepositoryOptions(), TimeProvider.System, Token);

    private RestoreRequest Request(DiskFormat format) => new()
    {
        Point = "20260101T000001Z-000000",
        Directory = _directory.File("out"),
        Format = format,
    };

    private static async Task CommitAsync(Repository repository, SimulatedDisk disk)
    {
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var limiter = new RateLimiter(null, TimeProvider.System);
        var copier = new DiskCopier(disk, null, repository.ChunkSizeBytes, writer, limiter, (_, _) => { });
        var result = await copier.CopyAsync(Token);
        await writer.FinishAsync(Token);
        var point = TestPoints.Make(Guid.NewGuid(), 1, BackupLevel.Full, null);
        await repository.CommitAsync(
            point with { Disks = [TestPoints.Disk("vda", result.SizeBytes, result.Root.ToString())] }, Token);
    }

    private async Task<byte[]> PlainBytesAsync(string path, DiskFormat format)
    {
        if (format == DiskFormat.Raw) return await File.ReadAllBytesAsync(path, Token);
        var raw = _directory.File("converted.raw");
        using var convert = Process.Start("qemu-img", ["convert", "-O", "raw", path, raw]);
        await convert.WaitForExitAsync(Token);
        Assert.Equal(0, convert.ExitCode);
        return await File.ReadAllBytesAsync(raw, Token);
    }
}
