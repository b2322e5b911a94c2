using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Restores;

/// <summary>A repository in a directory, one point of simulated disks, and restores of it.</summary>
internal sealed class RestoreScene : IDisposable
{
    internal const int Cluster = 64 * 1024;
    internal const string Point = "20260101T000001Z-000000";

    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Everything is below it.</summary>
    internal string Root => _directory.Path;

    internal string RepositoryPath => _directory.File("repo");

    internal string File(string name) => _directory.File(name);

    internal Task<Repository> CreateAsync() =>
        Repository.CreateAsync(RepositoryPath, new RepositoryOptions(), TimeProvider.System, Token);

    internal Task<Repository> OpenAsync() => Repository.OpenAsync(RepositoryPath, Token);

    internal RestoreRequest Request(DiskFormat format) => new()
    {
        Point = Point,
        Directory = _directory.File("out"),
        Format = format,
    };

    internal static string NameOf(string disk, DiskFormat format) =>
        disk + (format == DiskFormat.Raw ? ".raw" : ".qcow2");

    internal static Task<RestoreReport> RestoreAsync(Repository repository, RestoreRequest request) =>
        new RestoreEngine().RestoreAsync(repository, request, null, Token);

    /// <summary>A disk with data, zeroes and holes, and an end within a cluster.</summary>
    internal static SimulatedDisk MakeDisk(int seed = 4)
    {
        var disk = new SimulatedDisk((48 * Cluster) + 512, Cluster);
        var bytes = new byte[16 * Cluster];
        new Random(seed).NextBytes(bytes);
        disk.Write(0, bytes);
        disk.Write(28 * Cluster, new byte[4 * Cluster]);
        disk.Write((48 * Cluster) + 100, "hello"u8);
        return disk;
    }

    /// <summary>Takes the point; its disks are vda, vdb and so on.</summary>
    internal static Task CommitAsync(Repository repository, params IDiskSource[] disks) =>
        CommitAsync(repository, point => point, disks);

    internal static async Task CommitAsync(
        Repository repository, Func<RestorePoint, RestorePoint> change, params IDiskSource[] disks)
    {
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var limiter = new RateLimiter(null, TimeProvider.System);
        var stored = new List<RestorePointDisk>();
        foreach (var disk in disks)
        {
            var copier = new DiskCopier(disk, null, repository.ChunkSizeBytes, writer, limiter, (_, _) => { });
            var result = await copier.CopyAsync(Token);
            var name = $"vd{(char)('a' + stored.Count)}";
            stored.Add(TestPoints.Disk(name, result.SizeBytes, result.Root.ToString()));
        }

        await writer.FinishAsync(Token);
        var point = TestPoints.Make(Guid.NewGuid(), 1, BackupLevel.Full, null) with { Disks = stored };
        await repository.CommitAsync(change(point), Token);
    }

    /// <summary>The disk's bytes in an image.</summary>
    internal static async Task<byte[]> ReadAsync(string path, DiskFormat format)
    {
        if (format == DiskFormat.Raw) return await System.IO.File.ReadAllBytesAsync(path, Token);
        var raw = Path.GetTempFileName();
        try
        {
            await Tools.SucceedAsync("qemu-img", "convert", "-f", "qcow2", "-O", "raw", path, raw);
            return await System.IO.File.ReadAllBytesAsync(raw, Token);
        }
        finally
        {
            System.IO.File.Delete(raw);
        }
    }

    public void Dispose() => _directory.Dispose();
}
