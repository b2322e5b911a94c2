using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.State;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>Chooses the place of a job, and clears it.</summary>
internal static class JobPlaces
{
    /// <param name="uri">The connection's URI.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="state">This host's state directory.</param>
    /// <exception cref="BackupException">There is no way to read disks over that connection.</exception>
    internal static IJobPlace Choose(string uri, BackupRequest request, StateDirectory state) =>
        RemoteHost.Of(uri) switch
        {
            null => new LocalJobPlace(request.ScratchDirectory ?? state.JobsDirectory),
            { Transport: RemoteTransport.Ssh } remote => new SshJobPlace(
                remote, request.ScratchDirectory ?? SshJobPlace.DefaultParent, state.TunnelsDirectory),
            { Transport: RemoteTransport.Tls or RemoteTransport.Tcp, Host.Length: > 0 } remote => new TcpJobPlace(
                remote, request.ScratchDirectory, request.Channel),
            var remote => throw new BackupException(
                FailureKind.NotSupported,
                $"'{remote.Uri}' does not tell how disks of that host could be read; use qemu+ssh, qemu+tls or "
                + "qemu+tcp"),
        };

    /// <summary>Removes what an ended job has left; nothing is not an error.</summary>
    /// <exception cref="BackupException">It is on another host, which cannot be reached.</exception>
    internal static async Task ClearAsync(JobIntent job, string uri, CancellationToken cancellationToken)
    {
        if (job.Host is null)
        {
            JobDirectory.Remove(job.JobDirectory);
            return;
        }

        // Scratch images of other transports libvirt removes. The connection's URI says how to log in, too.
        var remote = RemoteHost.Of(uri) is { } current && current.Uri == job.Host ? current : RemoteHost.Of(job.Host);
        if (remote?.Transport == RemoteTransport.Ssh)
            await new SshShell(remote).RemoveAsync(job.JobDirectory, cancellationToken).ConfigureAwait(false);
    }
}
