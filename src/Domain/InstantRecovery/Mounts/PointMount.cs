using System.Diagnostics;
using LibvirtBackup.Exports;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.InstantRecovery.Mounts;

/// <summary>
/// A disk of a point as a file (nbdfuse), and its file systems. It ends when all of it is unmounted, by whomever;
/// disposing unmounts it.
/// </summary>
internal sealed class PointMount : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(300);

    private readonly string _work;
    private readonly string _image;
    private readonly TimeProvider _time;
    private readonly NbdServer _server;
    private readonly Process _nbdfuse;
    private readonly string? _made;
    private IDisposable? _held;

    private PointMount(
        string work, string image, string directory, string? made, NbdServer server, Process nbdfuse,
        TimeProvider time)
    {
        (_work, _image, Directory, _made) = (work, image, directory, made);
        (_server, _nbdfuse, _time) = (server, nbdfuse, time);
        MountPoints = [image];
    }

    /// <summary>Where it all is.</summary>
    public string Directory { get; }

    /// <summary>The directories that are mounted; the disk's file is in the only one when it is mounted as an image.
    /// </summary>
    public IReadOnlyList<string> MountPoints { get; private set; }

    /// <summary>What has to be known, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Mounts.</summary>
    /// <param name="server">Serves the disk, and is ended with this.</param>
    /// <param name="socket">Where it listens.</param>
    /// <param name="work">A new directory for what is between, which goes with this.</param>
    /// <param name="disk">The disk's name.</param>
    /// <param name="request">Where to.</param>
    /// <param name="held">Ended with this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up; all is unmounted.</param>
    /// <exception cref="BackupException">Why it cannot be mounted, and what to install.</exception>
    internal static async Task<PointMount> StartAsync(
        NbdServer server, string socket, string work, string disk, PointMountRequest request, IDisposable? held,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var directory = Path.GetFullPath(request.Directory);
        var made = System.IO.Directory.Exists(directory) ? null : directory;
        System.IO.Directory.CreateDirectory(directory);
        var image = request.AsImage
            ? directory
            : System.IO.Directory.CreateDirectory(Path.Combine(work, "disk")).FullName;
        var nbdfuse = await StartNbdFuseAsync().ConfigureAwait(false);
        var mount = new PointMount(work, image, directory, made, server, nbdfuse, time) { _held = held };
        try
        {
            await mount.WaitForAsync(image, cancellationToken).ConfigureAwait(false);
            if (!request.AsImage)
                (mount.MountPoints, mount.Warnings) = await FileSystemMounter.MountAsync(
                    Path.Combine(image, disk), directory, cancellationToken).ConfigureAwait(false);
            return mount;
        }
        catch
        {
            await mount.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        async Task<Process> StartNbdFuseAsync()
        {
            try
            {
                return HostTool.Start(
                    "nbdfuse", "libnbd-bin (Fedora: nbdfuse)",
                    ["-r", Path.Combine(image, disk), $"nbd+unix:///{disk}?socket={Uri.EscapeDataString(socket)}"]);
            }
            catch
            {
                await server.DisposeAsync().ConfigureAwait(false);
                if (made is not null) TryRemove(made);
                throw;
            }
        }
    }

    /// <summary>Waits until all of it is unmounted.</summary>
    public async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        while (!_nbdfuse.HasExited && MountPoints.Any(MountTable.Has))
            await Task.Delay(s_interval, _time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Unmounts all, and ends what is below.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var place in MountPoints.Reverse().Where(place => place != _image && MountTable.Has(place)))
            _ = await HostTool.RunAsync("umount", "mount", ["--lazy", place], CancellationToken.None)
                .ConfigureAwait(false);
        if (ProcessIdentity.ForProcess(_nbdfuse.Id) is { } fuse) fuse.End(kill: false);
        await _nbdfuse.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        _nbdfuse.Dispose();
        await _server.DisposeAsync().ConfigureAwait(false);
        _held?.Dispose();
        if (System.IO.Directory.Exists(_work)) System.IO.Directory.Delete(_work, recursive: true);
        if (_made is null) return;
        foreach (var place in MountPoints.Where(place => place != _made)) TryRemove(place);
        TryRemove(_made);
    }

    private static void TryRemove(string directory)
    {
        if (System.IO.Directory.Exists(directory)
            && !System.IO.Directory.EnumerateFileSystemEntries(directory).Any())
            System.IO.Directory.Delete(directory);
    }

    private async Task WaitForAsync(string image, CancellationToken cancellationToken)
    {
        while (!MountTable.Has(image))
        {
            if (_nbdfuse.HasExited)
            {
                var why = await _nbdfuse.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
                throw new BackupException(
                    FailureKind.NotSupported,
                    $"nbdfuse cannot show the disk as a file: {why.Trim().ReplaceLineEndings("; ")} (is FUSE there, "
                    + "/dev/fuse and, for other users than root, package fuse3?)");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), _time, cancellationToken).ConfigureAwait(false);
        }
    }
}
