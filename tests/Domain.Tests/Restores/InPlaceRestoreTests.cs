using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Restores;

/// <summary>Restores over what exists.</summary>
public sealed class InPlaceRestoreTests : IDisposable
{
    private const int Cluster = 64 * 1024;
    private const int Size = (48 * Cluster) + 512;

    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DiskFormat.Raw)]
    [InlineData(DiskFormat.Qcow2)]
    public async Task Only_what_differs_is_written_and_the_file_stays_the_same_one(DiskFormat format)
    {
        using var repository = await CreateAsync();
        var disk = await CommitAsync(repository);
        var request = Request(format);
        var path = (await RestoreAsync(repository, request)).Path;
        var marker = await MarkAsync(path, format);

        var again = await RestoreAsync(repository, request with { Overwrite = true });

        Assert.Equal(Cluster, again.WrittenBytes);
        Assert.Equal(disk.Bytes, await PlainBytesAsync(path, format));
        Assert.Equal(marker, await MarkerAsync(path, format));
        Assert.False(File.Exists(path + ".incomplete"));
        Assert.Equal(0, (await RestoreAsync(repository, request with { Overwrite = true })).WrittenBytes);
    }

    [Theory]
    [InlineData(DiskFormat.Raw)]
    [InlineData(DiskFormat.Qcow2)]
    public async Task A_file_of_another_size_is_replaced(DiskFormat format)
    {
        using var repository = await CreateAsync();
        var disk = await CommitAsync(repository);
        var request = Request(format);
        Directory.CreateDirectory(request.Directory!);
        var path = Path.Combine(request.Directory!, format == DiskFormat.Raw ? "vda.raw" : "vda.qcow2");
        _ = await Tools.RunAsync("qemu-img", "create", "-f", format == DiskFormat.Raw ? "raw" : "qcow2", path, "1M");

        await RestoreAsync(repository, request with { Overwrite = true });

        Assert.Equal(disk.Bytes, await PlainBytesAsync(path, format));
    }

    [Fact]
    public async Task A_failure_half_way_says_that_the_target_is_incomplete_and_a_second_run_completes_it()
    {
        using var repository = await CreateAsync();
        var disk = await CommitAsync(repository);
        var request = Request(DiskFormat.Raw);
        var path = (await RestoreAsync(repository, request)).Path;
        await File.WriteAllBytesAsync(path, new byte[Size], Token);
        var packs = _directory.File("repo/packs");
        Directory.Move(packs, packs + ".away");

        using (var broken = await Repository.OpenAsync(_directory.File("repo"), Token))
        {
            var e = await Assert.ThrowsAsync<BackupException>(
                () => RestoreAsync(broken, request with { Overwrite = true }));
            Assert.Equal(FailureKind.Integrity, e.Kind);
            Assert.Contains($"'{path}' is INCOMPLETE", e.Message, StringComparison.Ordinal);
            Assert.True(File.Exists(path + ".incomplete"));
        }

        Directory.Move(packs + ".away", packs);
        await RestoreAsync(repository, request with { Overwrite = true });
        Assert.Equal(disk.Bytes, await File.ReadAllBytesAsync(path, Token));
        Assert.False(File.Exists(path + ".incomplete"));
    }

    [Fact]
    public async Task A_disk_can_go_to_a_path_of_its_own()
    {
        using var repository = await CreateAsync();
        var disk = await CommitAsync(repository);
        var path = _directory.File("elsewhere/web.img");
        var request = Request(DiskFormat.Raw) with
        {
            Directory = null,
            Targets = new Dictionary<string, string> { ["vda"] = path },
        };
        Assert.Equal(path, (await RestoreAsync(repository, request)).Path);
        Assert.Equal(disk.Bytes, await File.ReadAllBytesAsync(path, Token));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        var stray = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(
            repository, request with { Targets = new Dictionary<string, string> { ["vdz"] = path } }));
        Assert.Equal(FailureKind.Usage, stray.Kind);
        var none = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(
            repository, request with { Targets = new Dictionary<string, string>() }));
        Assert.Contains("--to", none.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private static async Task<RestoredDisk> RestoreAsync(Repository repository, RestoreRequest request) =>
        Assert.Single((await new RestoreEngine().RestoreAsync(repository, request, null, Token)).Disks);

    /// <summary>Changes data, a hole and zeroes, and notes what only survives when the file is not replaced.</summary>
    private static async Task<string> MarkAsync(string path, DiskFormat format)
    {
        string[] open = ["-f", format == DiskFormat.Raw ? "raw" : "qcow2", path];
        string[] changes =
        [
            "-c", $"write -P 7 {5 * Cluster} 512", "-c", $"write -P 7 {20 * Cluster} 4k",
            "-c", $"write -P 7 {30 * Cluster} 4k",
        ];
        var (exitCode, _, error) = await Tools.RunAsync("qemu-io", [.. changes, .. open]);
        Assert.True(exitCode == 0, error);
        if (format == DiskFormat.Qcow2)
            _ = await Tools.RunAsync("qemu-img", "bitmap", "--add", "-f", "qcow2", path, "kept");
        return await MarkerAsync(path, format);
    }

    private static async Task<string> MarkerAsync(string path, DiskFormat format) => format == DiskFormat.Raw
        ? (await Tools.RunAsync("stat", "-c", "%i", path)).Output
        : (await Tools.RunAsync("qemu-img", "info", path)).Output.Contains("kept", StringComparison.Ordinal).ToString();

    private async Task<byte[]> PlainBytesAsync(string path, DiskFormat format)
    {
        if (format == DiskFormat.Raw) return await File.ReadAllBytesAsync(path, Token);
        var raw = _directory.File("converted.raw");
        var (exitCode, _, error) = await Tools.RunAsync("qemu-img", "convert", "-O", "raw", path, raw);
        Assert.True(exitCode == 0, error);
        return await File.ReadAllBytesAsync(raw, Token);
    }

    private Task<Repository> CreateAsync() =>
        Repository.CreateAsync(_directory.File("repo"), new RepositoryOptions(), TimeProvider.System, Token);

    private RestoreRequest Request(DiskFormat format) => new()
    {
        Point = "20260101T000001Z-000000",
        Directory = _directory.File("out"),
        Format = format,
    };

    private static async Task<SimulatedDisk> CommitAsync(Repository repository)
    {
        var disk = new SimulatedDisk(Size, Cluster);
        var bytes = new byte[16 * Cluster];
        new Random(4).NextBytes(bytes);
        disk.Write(0, bytes);
        disk.Write(28 * Cluster, new byte[4 * Cluster]);
        disk.Write((48 * Cluster) + 100, "hello"u8);
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var limiter = new RateLimiter(null, TimeProvider.System);
        var copier = new DiskCopier(disk, null, repository.ChunkSizeBytes, writer, limiter, (_, _) => { });
        var result = await copier.CopyAsync(Token);
        await writer.FinishAsync(Token);
        var point = TestPoints.Make(Guid.NewGuid(), 1, BackupLevel.Full, null);
        await repository.CommitAsync(
            point with { Disks = [TestPoints.Disk("vda", result.SizeBytes, result.Root.ToString())] }, Token);
        return disk;
    }
}
