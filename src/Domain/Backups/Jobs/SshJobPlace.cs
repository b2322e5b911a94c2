using System.Diagnostics;
using System.Globalization;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// A directory of another host. One ssh makes it, forwards the socket in it to one here, and tells how much space is
/// left there, as long as the job is read.
/// </summary>
internal sealed class SshJobPlace : IJobPlace
{
    /// <summary>Where it is when nothing else is asked for; lvbackup on that host has its own beside it.</summary>
    internal const string DefaultParent = "/var/lib/lvbackup/remote";

    private const string Ready = "ready";

    /// <summary>Arguments: the directory, its owner or nothing.</summary>
    private const string Script =
        "umask 022; d=$1; p=${d%/*}; [ -d \"$p\" ] || { mkdir -p \"$p\" && chmod 711 \"$p\"; } || exit 1; "
        + "mkdir -m 700 \"$d\" || exit 1; [ -z \"$2\" ] || chown \"$2\" \"$d\" || exit 1; echo " + Ready + "; "
        + "while stat -f -c '%a %b %S' \"$d\" 2>/dev/null; do sleep 0.1; done";

    private readonly SshShell _shell;
    private readonly string _tunnel;
    private Process? _ssh;
    private Task _reading = Task.CompletedTask;
    private (long Free, long Total)? _space;

    /// <param name="remote">The host.</param>
    /// <param name="parent">An absolute path there.</param>
    /// <param name="tunnels">A directory here for the socket.</param>
    internal SshJobPlace(RemoteHost remote, string parent, string tunnels)
    {
        if (parent is not ['/', ..] || parent.AsSpan().IndexOfAny(":\n") >= 0)
            throw new BackupException(
                FailureKind.Usage, $"'{parent}' is no scratch directory on '{remote.Host}': give an absolute path "
                    + "without ':'");
        (Host, _shell) = (remote.Uri, new SshShell(remote));
        Name = JobDirectory.NewPath(parent);
        _tunnel = JobDirectory.TunnelOf(tunnels, Name);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Host { get; }

    /// <inheritdoc/>
    public DomainBackupServer Server => new UnixBackupServer { Socket = JobDirectory.SocketOf(Name) };

    /// <inheritdoc/>
    public string? Warning => null;

    /// <inheritdoc/>
    public async Task PrepareAsync(QemuOwner? owner, CancellationToken cancellationToken)
    {
        JobDirectory.Create(_tunnel);
        _ssh = _shell.Start(
            Script, [Name, owner is null ? "" : $"{owner.UserId}:{owner.GroupId}"],
            JobDirectory.SocketOf(_tunnel), JobDirectory.SocketOf(Name));
        _ssh.StandardInput.Close();
        if (await _ssh.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false) != Ready)
        {
            var error = await _ssh.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            throw _shell.Failed($"cannot make scratch directory '{Name}'", error);
        }

        // The first measurement comes at once: whether there is room is asked next.
        Note(await _ssh.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false));
        _reading = Task.WhenAll(ReadSpaceAsync(_ssh), _ssh.StandardError.ReadToEndAsync(CancellationToken.None));
    }

    /// <inheritdoc/>
    public string ScratchOf(SelectedDisk disk) => JobDirectory.ScratchOf(Name, disk.Name);

    /// <inheritdoc/>
    public string ExportNameOf(string disk) => disk;

    /// <inheritdoc/>
    public (long Free, long Total)? Measure() => _space;

    /// <inheritdoc/>
    public DiskExport ExportOf(string disk, string? bitmap) =>
        new(new NbdEndpoint.UnixSocket(JobDirectory.SocketOf(_tunnel), ExportNameOf(disk)), bitmap);

    /// <inheritdoc/>
    public bool TryMove(LibvirtException refusal) => false;

    /// <summary>Closes the way there; what is left over there the journal knows.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ssh is not null)
        {
            if (!_ssh.HasExited) _ssh.Kill();
            await _ssh.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ssh.Dispose();
        }

        JobDirectory.Remove(_tunnel);
    }

    private async Task ReadSpaceAsync(Process ssh)
    {
        while (await ssh.StandardOutput.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
            Note(line);
        _space = null; // the last one says nothing any more
    }

    /// <summary>Blocks free to anyone, blocks, bytes of a block.</summary>
    private void Note(string? line)
    {
        if (line?.Split(' ') is [var free, var total, var size]
            && long.TryParse(free, NumberStyles.None, CultureInfo.InvariantCulture, out var freeBlocks)
            && long.TryParse(total, NumberStyles.None, CultureInfo.InvariantCulture, out var blocks)
            && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
            _space = (freeBlocks * bytes, blocks * bytes);
    }
}
