using System.Net.Sockets;
using LibvirtBackup.Exports;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.InstantRecovery.Mounts;

/// <summary>Mounts disks of points, in a process that lives as long as the mount.</summary>
/// <param name="server">Serves points.</param>
/// <param name="options">Where the state directory is, and how processes of this program are started.</param>
/// <param name="time">The clock.</param>
internal sealed class PointMounter(PointServer server, InstantRecoveryOptions options, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Begins the lines by which the process tells what is mounted.</summary>
    public const string PlaceWord = "place ";

    /// <summary>Begins the lines by which it tells what has to be known.</summary>
    public const string WarningWord = "warning ";

    private string Root => Path.Combine(options.StateDirectory, "mounts");

    /// <summary>Starts a process that mounts, and waits until it has.</summary>
    /// <param name="arguments">The arguments that it needs to call <see cref="MountAsync"/>.</param>
    /// <param name="cancellationToken">Gives up; all is unmounted.</param>
    /// <returns>What is mounted, and what has to be known.</returns>
    /// <exception cref="BackupException">Why it cannot be mounted.</exception>
    public async Task<(IReadOnlyList<string> Places, IReadOnlyList<string> Warnings)> StartAsync(
        IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var lines = await new BackgroundProcess([.. options.Mounter, .. arguments], "the process that mounts", time)
            .StartAsync(cancellationToken).ConfigureAwait(false);
        return (After(PlaceWord), After(WarningWord));

        string[] After(string word) => [.. lines
            .Where(line => line.StartsWith(word, StringComparison.Ordinal)).Select(line => line[word.Length..])];
    }

    /// <summary>Mounts in this process.</summary>
    /// <param name="repository">The repository, which stays open as long as it is mounted.</param>
    /// <param name="request">What, and where.</param>
    /// <param name="cancellationToken">Gives up; all is unmounted.</param>
    /// <exception cref="BackupException">Why it cannot be mounted, and what to install.</exception>
    public async Task<PointMount> MountAsync(
        Repository repository, PointMountRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(request);
        var point = await repository.GetPointAsync(request.Point, cancellationToken).ConfigureAwait(false);
        var disk = DiskOf(point, request);
        RefuseUsed(Path.GetFullPath(request.Directory));
        await ClearLeftOversAsync(cancellationToken).ConfigureAwait(false);
        var work = Path.Combine(Root, Guid.NewGuid().ToString("n")[..8]);
        DurableFile.CreateDirectory(work);
        File.SetUnixFileMode(work, OwnerOnly);
        var held = FileLock.TryAcquire(LockOf(work));
        try
        {
            var socket = Path.Combine(work, "nbd");
            var serving = await server.StartAsync(
                repository,
                new PointServeRequest { Points = [point.Id], Disks = [disk] },
                new NbdServerOptions { Address = new UnixDomainSocketEndPoint(socket) },
                cancellationToken).ConfigureAwait(false);
            return await PointMount.StartAsync(
                serving, socket, work, disk, request, held, time, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            held?.Dispose();
            if (Directory.Exists(work)) Directory.Delete(work, recursive: true);
            throw;
        }
    }

    private static string LockOf(string work) => Path.Combine(work, "lock");

    private static string DiskOf(RestorePoint point, PointMountRequest request)
    {
        var names = string.Join(", ", point.Disks.Select(disk => disk.Name));
        if (request.Disk is null && point.Disks is [var only]) return only.Name;
        return point.Disks.Any(disk => disk.Name == request.Disk)
            ? request.Disk!
            : throw new BackupException(FailureKind.Usage, $"say which disk of point {point.Id}: it has {names}");
    }

    private static void RefuseUsed(string directory)
    {
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
            throw new BackupException(
                FailureKind.Usage, $"'{directory}' is not empty; name an empty directory, or a new one");
    }

    /// <summary>A process that was killed has left its directory, and perhaps nbdfuse without a server.</summary>
    private async Task ClearLeftOversAsync(CancellationToken cancellationToken)
    {
        foreach (var work in Directory.Exists(Root) ? Directory.GetDirectories(Root) : [])
        {
            using var held = FileLock.TryAcquire(LockOf(work));
            if (held is null) continue;
            var image = Path.Combine(work, "disk");
            if (MountTable.Has(image))
                _ = await HostTool.RunAsync("umount", "mount", ["--lazy", image], cancellationToken)
                    .ConfigureAwait(false);
            Directory.Delete(work, recursive: true);
        }
    }
}
