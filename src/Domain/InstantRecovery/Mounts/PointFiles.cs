using System.Net.Sockets;
using LibvirtBackup.Exports;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.InstantRecovery.Mounts;

/// <summary>
/// Files of points by libguestfs, which finds the guest's own mounts, also on LVM, and needs no root: the file systems
/// are read in a little machine of its own.
/// </summary>
/// <param name="server">Serves points.</param>
internal sealed class PointFiles(PointServer server)
{
    /// <summary>Lists a directory as <c>ls -la</c> does.</summary>
    /// <param name="repository">Where the point is.</param>
    /// <param name="point">The point's id, or enough of its beginning.</param>
    /// <param name="path">The directory, as the guest sees it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lines.</returns>
    /// <exception cref="BackupException">libguestfs is not installed, or says why it cannot.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(
        Repository repository, string point, string path, CancellationToken cancellationToken)
    {
        var output = await RunAsync(repository, point, ["ll", path], cancellationToken).ConfigureAwait(false);
        return output.Split('\n');
    }

    /// <summary>Copies a file or a directory with all below it.</summary>
    /// <param name="repository">Where the point is.</param>
    /// <param name="point">The point's id, or enough of its beginning.</param>
    /// <param name="path">What, as the guest sees it.</param>
    /// <param name="directory">A directory of this host, which exists.</param>
    /// <param name="cancellationToken">Gives up; a part may be there.</param>
    /// <exception cref="BackupException">libguestfs is not installed, or says why it cannot.</exception>
    public Task CopyAsync(
        Repository repository, string point, string path, string directory, CancellationToken cancellationToken) =>
        Directory.Exists(directory)
            ? RunAsync(repository, point, ["copy-out", path, Path.GetFullPath(directory)], cancellationToken)
            : throw new BackupException(
                FailureKind.Usage, $"'{directory}' is no directory of this host; make it first");

    private async Task<string> RunAsync(
        Repository repository, string point, string[] command, CancellationToken cancellationToken)
    {
        var work = Directory.CreateTempSubdirectory("lvb-files-").FullName; // for its owner only
        try
        {
            var socket = Path.Combine(work, "nbd");
            var serving = await server.StartAsync(
                repository,
                new PointServeRequest { Points = [point] },
                new NbdServerOptions { Address = new UnixDomainSocketEndPoint(socket) },
                cancellationToken).ConfigureAwait(false);
            await using var ending = serving.ConfigureAwait(false);
            var found = await repository.GetPointAsync(point, cancellationToken).ConfigureAwait(false);
            var (exitCode, output, error) = await HostTool.RunAsync(
                "guestfish", "libguestfs-tools (Fedora: guestfs-tools)",
                ArgumentsFor([.. found.Disks.Select(disk => disk.Name)], socket, command),
                cancellationToken).ConfigureAwait(false);
            return exitCode == 0
                ? output
                : throw new BackupException(
                    FailureKind.Failed, $"libguestfs cannot do it: {error.ReplaceLineEndings("; ")}");
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>
    /// guestfish(1), "ADDING REMOTE STORAGE": <c>nbd:///EXPORT?socket=PATH</c>; <c>-i</c> is the guest's own mounts.
    /// </summary>
    internal static IReadOnlyList<string> ArgumentsFor(
        IReadOnlyList<string> disks, string socket, IReadOnlyList<string> command) =>
    [
        "--ro", "--format=raw", .. disks.SelectMany(disk => (string[])["-a", $"nbd:///{disk}?socket={socket}"]), "-i",
        .. command,
    ];
}
