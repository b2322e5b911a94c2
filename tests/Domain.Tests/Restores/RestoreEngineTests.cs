using LibvirtBackup.Backups;
using LibvirtBackup.Domain.Tests.Repositories;
using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Restores;
using Xunit;
using static LibvirtBackup.Domain.Tests.Restores.RestoreScene;

namespace LibvirtBackup.Domain.Tests.Restores;

public sealed class RestoreEngineTests : IDisposable
{
    private readonly RestoreScene _scene = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DiskFormat.Raw)]
    [InlineData(DiskFormat.Qcow2)]
    public async Task A_disk_comes_back_byte_for_byte(DiskFormat format)
    {
        using var repository = await _scene.CreateAsync();
        var disk = MakeDisk();
        await CommitAsync(repository, disk);

        var report = await RestoreAsync(repository, _scene.Request(format));

        var restored = Assert.Single(report.Disks);
        Assert.Equal(disk.Bytes, await ReadAsync(restored.Path, format));
        Assert.Equal((16 * Cluster) + 512, restored.WrittenBytes);
        Assert.Empty(Directory.EnumerateFiles(_scene.Request(format).Directory!, "*.partial"));
    }

    [Fact]
    public async Task Existing_files_are_refused_and_kept_unless_overwriting_is_asked_for()
    {
        using var repository = await _scene.CreateAsync();
        var disk = MakeDisk();
        await CommitAsync(repository, disk);
        var request = _scene.Request(DiskFormat.Raw);
        Directory.CreateDirectory(request.Directory!);
        var path = Path.Combine(request.Directory!, "vda.raw");
        await File.WriteAllTextAsync(path, "precious", Token);

        var e = await Assert.ThrowsAsync<BackupException>(
            () => RestoreAsync(repository, request));
        Assert.Contains("--overwrite", e.Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(path, Token));

        await RestoreAsync(repository, request with { Overwrite = true });
        Assert.Equal(disk.Bytes, await File.ReadAllBytesAsync(path, Token));
    }

    [Theory]
    [InlineData(DiskFormat.Raw)]
    [InlineData(DiskFormat.Qcow2)]
    public async Task What_a_killed_restore_left_is_no_disk_and_does_not_hinder_the_next_one(DiskFormat format)
    {
        using var repository = await _scene.CreateAsync();
        var disk = MakeDisk();
        await CommitAsync(repository, disk);
        var request = _scene.Request(format);
        Directory.CreateDirectory(request.Directory!);
        var name = format == DiskFormat.Raw ? "vda.raw" : "vda.qcow2";
        await File.WriteAllTextAsync(Path.Combine(request.Directory!, name + ".partial"), "half", Token);

        var report = await RestoreAsync(repository, request);

        Assert.Equal(disk.Bytes, await ReadAsync(report.Disks[0].Path, format));
        Assert.Equal([name], Directory.EnumerateFiles(request.Directory!).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(nameof(RestoreStep.LockTaken))]
    [InlineData(nameof(RestoreStep.PartialCreated))]
    [InlineData(nameof(RestoreStep.DiskFlushed))]
    [InlineData(nameof(RestoreStep.MarkWritten))]
    [InlineData(nameof(RestoreStep.NamesFlushed))]
    public async Task Two_restores_to_one_place_do_not_mix(string step)
    {
        using var repository = await _scene.CreateAsync();
        await CommitAsync(repository, MakeDisk());
        var request = _scene.Request(DiskFormat.Raw);
        using var reached = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        var slow = new RestoreEngine((at, _) =>
        {
            if (at.ToString() != step) return;
            reached.Release();
            goOn.Wait(Token);
        });
        var first = Task.Run(() => slow.RestoreAsync(repository, request, null, Token), Token);
        await reached.WaitAsync(Token);

        var e = await Assert.ThrowsAsync<BackupException>(
            () => RestoreAsync(repository, request with { Overwrite = true }));

        goOn.Release();
        Assert.Equal(FailureKind.Busy, e.Kind);
        Assert.Equal(MakeDisk().Bytes, await File.ReadAllBytesAsync((await first).Disks[0].Path, Token));
        Assert.Equal([PathOf(request, "vda")], Directory.EnumerateFiles(request.Directory!));
    }

    [Theory]
    [InlineData(DiskFormat.Raw)]
    [InlineData(DiskFormat.Qcow2)]
    public async Task Whichever_read_of_the_repository_fails_no_disk_is_left_that_looks_whole(DiskFormat format)
    {
        using (var repository = await _scene.CreateAsync()) await CommitAsync(repository, MakeDisk());
        for (var n = 0; ; n++)
        {
            var operations = StoreOperations.Read | StoreOperations.Length | StoreOperations.List;
            using var directory = new DirectoryBlobStore(_scene.RepositoryPath);
            using var store = new FaultyBlobStore(directory, new Fault(operations, n, FaultKind.InputOutputError));
            var request = _scene.Request(format) with { Directory = _scene.File($"out{n}") };
            try
            {
                using var repository = await Repository.OpenAsync(store, null, TimeProvider.System, Token);
                var report = await RestoreAsync(repository, request);
                Assert.Equal(MakeDisk().Bytes, await ReadAsync(report.Disks[0].Path, format));
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
        using (var repository = await _scene.CreateAsync()) await CommitAsync(repository, MakeDisk());
        var expected = MakeDisk().Bytes;
        var pack = Assert.Single(
            Directory.EnumerateFiles(_scene.File("repo/packs"), "*", SearchOption.AllDirectories));
        var good = await File.ReadAllBytesAsync(pack, Token);
        var refused = 0;
        for (var at = 8; at < good.Length; at += Math.Max(1, good.Length / 61))
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 0x10;
            await File.WriteAllBytesAsync(pack, bad, Token);
            using var repository = await Repository.OpenAsync(_scene.RepositoryPath, Token);
            var request = _scene.Request(DiskFormat.Raw) with { Directory = _scene.File($"out{at}") };
            try
            {
                await RestoreAsync(repository, request);
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
        using (var repository = await _scene.CreateAsync()) await CommitAsync(repository, MakeDisk());
        var manifest = Assert.Single(Directory.EnumerateFiles(_scene.File("repo/points")));
        var text = await File.ReadAllTextAsync(manifest, Token);
        await File.WriteAllTextAsync(manifest,
            text.Replace("\"sequence\":1", "\"sequence\":2", StringComparison.Ordinal), Token);
        using var reopened = await Repository.OpenAsync(_scene.RepositoryPath, Token);
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
        using var repository = await _scene.CreateAsync();
        var point = TestPoints.Make(Guid.NewGuid(), 1, BackupLevel.Full, null);
        await repository.CommitAsync(point with { Disks = [TestPoints.Disk(name)] }, Token);
        var e = await Assert.ThrowsAsync<BackupException>(
            () => RestoreAsync(repository, _scene.Request(DiskFormat.Raw)));
        Assert.Equal(FailureKind.Integrity, e.Kind);
    }

    [Fact]
    public async Task An_unknown_point_and_an_unknown_disk_are_named()
    {
        using var repository = await _scene.CreateAsync();
        await CommitAsync(repository, MakeDisk());
        var noPoint = await Assert.ThrowsAsync<BackupException>(
            () => RestoreAsync(repository, _scene.Request(DiskFormat.Raw) with { Point = "2031" }));
        Assert.Contains("'2031'", noPoint.Message, StringComparison.Ordinal);
        var noDisk = await Assert.ThrowsAsync<BackupException>(
            () => RestoreAsync(repository, _scene.Request(DiskFormat.Raw) with { Disks = ["sdz"] }));
        Assert.Contains("it has vda", noDisk.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_takes_a_disk_s_place_while_the_restore_runs_is_kept_and_the_message_is_true()
    {
        using var repository = await _scene.CreateAsync();
        await CommitAsync(repository, MakeDisk(1), MakeDisk(2));
        var request = _scene.Request(DiskFormat.Raw);
        var (first, second) = (PathOf(request, "vda"), PathOf(request, "vdb"));
        var engine = new RestoreEngine((step, disk) =>
        {
            if ((step, disk) == (RestoreStep.MarkWritten, "vdb")) File.WriteAllText(second, "precious");
        });

        var e = await Assert.ThrowsAsync<BackupException>(() => engine.RestoreAsync(repository, request, null, Token));

        Assert.Contains($"'{second}' has appeared", e.Message, StringComparison.Ordinal);
        Assert.Contains($"'{first}' is restored already", e.Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(second, Token));
        Assert.Equal(MakeDisk(1).Bytes, await File.ReadAllBytesAsync(first, Token));
        Assert.Equal(
            [first, first + ".incomplete", second],
            Directory.EnumerateFiles(request.Directory!).Order(StringComparer.Ordinal));

        File.Delete(second);
        await RestoreAsync(repository, request); // the same one, without --overwrite
        Assert.Equal(MakeDisk(2).Bytes, await File.ReadAllBytesAsync(second, Token));
        Assert.Equal([first, second], Directory.EnumerateFiles(request.Directory!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_disk_that_a_restore_left_unfinished_is_kept_once_somebody_has_written_to_it()
    {
        using var repository = await _scene.CreateAsync();
        await CommitAsync(repository, MakeDisk());
        var request = _scene.Request(DiskFormat.Raw);
        var path = PathOf(request, "vda");
        var interrupted = new RestoreEngine((step, _) =>
        {
            if (step == RestoreStep.DiskNamed) throw new IOException("killed");
        });
        var e = await Assert.ThrowsAsync<BackupException>(
            () => interrupted.RestoreAsync(repository, request, null, Token));
        Assert.Contains($"'{path}' is restored already", e.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, "precious", Token);

        var refused = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(repository, request));

        Assert.Contains("--overwrite", refused.Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(path, Token));
    }

    [Fact]
    public async Task Storage_that_cannot_be_written_to_is_restored_from_with_a_warning()
    {
        using (var repository = await _scene.CreateAsync()) await CommitAsync(repository, MakeDisk());
        using var directory = new DirectoryBlobStore(_scene.RepositoryPath);
        using var store = new FaultyBlobStore(
            directory, new Fault(StoreOperations.Writes, 0, FaultKind.InputOutputError, IsLasting: true));
        using var readOnly = await Repository.OpenAsync(store, null, TimeProvider.System, Token);

        var report = await RestoreAsync(readOnly, _scene.Request(DiskFormat.Raw));

        Assert.Contains("gc", Assert.Single(report.Warnings), StringComparison.Ordinal);
        Assert.Equal(MakeDisk().Bytes, await File.ReadAllBytesAsync(report.Disks[0].Path, Token));
    }

    public void Dispose() => _scene.Dispose();

    private static string PathOf(RestoreRequest request, string disk) =>
        Path.Combine(request.Directory!, NameOf(disk, request.Format));
}
