using System.Text.Json;
using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using Xunit;
using static LibvirtBackup.Domain.Tests.Restores.RestoreScene;

namespace LibvirtBackup.Domain.Tests.Restores;

/// <summary>Restores over what exists.</summary>
public sealed class InPlaceRestoreTests : IDisposable
{
    private readonly RestoreScene _scene = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DiskFormat.Raw)]
    [InlineData(DiskFormat.Qcow2)]
    public async Task Only_what_differs_is_written_and_the_file_stays_the_same_one(DiskFormat format)
    {
        using var repository = await _scene.CreateAsync();
        var disk = await CommitAsync(repository);
        var request = _scene.Request(format);
        var path = (await RestoreOneAsync(repository, request)).Path;
        var marker = await MarkAsync(path, format);

        var again = await RestoreOneAsync(repository, request with { Overwrite = true });

        Assert.Equal(Cluster, again.WrittenBytes);
        Assert.Equal(disk.Bytes, await ReadAsync(path, format));
        Assert.Equal(marker, await MarkerAsync(path, format));
        Assert.Equal([path], Directory.EnumerateFiles(request.Directory!));
        Assert.Equal(0, (await RestoreOneAsync(repository, request with { Overwrite = true })).WrittenBytes);
    }

    [Theory]
    [InlineData(DiskFormat.Raw)]
    [InlineData(DiskFormat.Qcow2)]
    public async Task A_file_of_another_size_is_replaced(DiskFormat format)
    {
        using var repository = await _scene.CreateAsync();
        var disk = await CommitAsync(repository);
        var path = await MakeImageAsync(format);

        await RestoreOneAsync(repository, _scene.Request(format) with { Overwrite = true });

        Assert.Equal(disk.Bytes, await ReadAsync(path, format));
    }

    [Fact]
    public async Task A_file_that_somebody_has_open_is_busy_and_one_that_cannot_be_opened_is_not()
    {
        using var repository = await _scene.CreateAsync();
        await CommitAsync(repository);
        var request = _scene.Request(DiskFormat.Qcow2) with { Overwrite = true };
        var path = await MakeImageAsync(DiskFormat.Qcow2);
        var options = $"driver=qcow2,file.driver=file,file.filename={path}";
        // As a guest does, it keeps others from writing; it ends with its input.
        using (var holder = Tools.Start("qemu-io", "--image-opts", options))
        {
            await holder.StandardInput.WriteLineAsync("length");
            await holder.StandardOutput.ReadLineAsync(Token); // by now it is open

            var busy = await Assert.ThrowsAsync<BackupException>(() => RestoreOneAsync(repository, request));

            Assert.Equal(FailureKind.Busy, busy.Kind);
            Assert.Contains("shut off the domain", busy.Message, StringComparison.Ordinal);
            holder.StandardInput.Close();
            await holder.WaitForExitAsync(Token);
        }

        File.Delete(path);
        File.CreateSymbolicLink(path, "/proc/version"); // exists, and nobody can open it for writing
        var refused = await Assert.ThrowsAsync<BackupException>(() => RestoreOneAsync(repository, request));
        Assert.Equal(FailureKind.Failed, refused.Kind);
        Assert.DoesNotContain("shut off", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_half_way_says_that_the_target_is_incomplete_and_a_second_run_completes_it()
    {
        using var repository = await _scene.CreateAsync();
        var disk = await CommitAsync(repository);
        var request = _scene.Request(DiskFormat.Raw);
        var path = (await RestoreOneAsync(repository, request)).Path;
        await File.WriteAllBytesAsync(path, new byte[disk.SizeBytes], Token);
        var packs = Path.Combine(_scene.RepositoryPath, "packs");
        Directory.Move(packs, packs + ".away");

        using (var broken = await _scene.OpenAsync())
        {
            var e = await Assert.ThrowsAsync<BackupException>(
                () => RestoreOneAsync(broken, request with { Overwrite = true }));
            Assert.Equal(FailureKind.Integrity, e.Kind);
            Assert.Contains($"'{path}' is INCOMPLETE", e.Message, StringComparison.Ordinal);
            Assert.True(File.Exists(path + ".incomplete"));
        }

        Directory.Move(packs + ".away", packs);
        await RestoreOneAsync(repository, request with { Overwrite = true });
        Assert.Equal(disk.Bytes, await File.ReadAllBytesAsync(path, Token));
        Assert.False(File.Exists(path + ".incomplete"));
    }

    [Fact]
    public async Task A_disk_can_go_to_a_path_of_its_own()
    {
        using var repository = await _scene.CreateAsync();
        var disk = await CommitAsync(repository);
        var path = _scene.File("elsewhere/web.img");
        var request = _scene.Request(DiskFormat.Raw) with
        {
            Directory = null,
            Targets = new Dictionary<string, string> { ["vda"] = path },
        };
        Assert.Equal(path, (await RestoreOneAsync(repository, request)).Path);
        Assert.Equal(disk.Bytes, await File.ReadAllBytesAsync(path, Token));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        var stray = await Assert.ThrowsAsync<BackupException>(() => RestoreOneAsync(
            repository, request with { Targets = new Dictionary<string, string> { ["vdz"] = path } }));
        Assert.Equal(FailureKind.Usage, stray.Kind);
        var none = await Assert.ThrowsAsync<BackupException>(() => RestoreOneAsync(
            repository, request with { Targets = new Dictionary<string, string>() }));
        Assert.Contains("--to DIR or --target vda=PATH", none.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _scene.Dispose();

    private static async Task<RestoredDisk> RestoreOneAsync(Repository repository, RestoreRequest request) =>
        Assert.Single((await RestoreAsync(repository, request)).Disks);

    private static async Task<SimulatedDisk> CommitAsync(Repository repository)
    {
        var disk = MakeDisk();
        await RestoreScene.CommitAsync(repository, disk);
        return disk;
    }

    /// <summary>Makes an image of another size where the disk goes.</summary>
    private async Task<string> MakeImageAsync(DiskFormat format)
    {
        var directory = Directory.CreateDirectory(_scene.Request(format).Directory!).FullName;
        var path = Path.Combine(directory, NameOf("vda", format));
        await Tools.SucceedAsync("qemu-img", "create", "-f", WordOf(format), path, "1M");
        return path;
    }

    /// <summary>Changes data, a hole and zeroes, and notes what only survives when the file is not replaced.</summary>
    private static async Task<string> MarkAsync(string path, DiskFormat format)
    {
        string[] changes =
        [
            "-c", $"write -P 7 {5 * Cluster} 512", "-c", $"write -P 7 {20 * Cluster} 4k",
            "-c", $"write -P 7 {30 * Cluster} 4k",
        ];
        await Tools.SucceedAsync("qemu-io", [.. changes, "-f", WordOf(format), path]);
        if (format == DiskFormat.Qcow2)
            await Tools.SucceedAsync("qemu-img", "bitmap", "--add", "-f", "qcow2", path, "kept");
        return await MarkerAsync(path, format);
    }

    /// <summary>The file's number, or the image's bitmaps.</summary>
    private static async Task<string> MarkerAsync(string path, DiskFormat format)
    {
        if (format == DiskFormat.Raw) return await Tools.SucceedAsync("stat", "-c", "%i", path);
        using var info = JsonDocument.Parse(
            await Tools.SucceedAsync("qemu-img", "info", "--output=json", "-f", "qcow2", path));
        var bitmaps = info.RootElement.GetProperty("format-specific").GetProperty("data").GetProperty("bitmaps");
        return Assert.Single(bitmaps.EnumerateArray()).GetProperty("name").GetString()!;
    }

    private static string WordOf(DiskFormat format) => format == DiskFormat.Raw ? "raw" : "qcow2";
}
