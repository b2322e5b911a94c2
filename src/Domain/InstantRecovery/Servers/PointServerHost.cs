using System.Net.Sockets;
using LibvirtBackup.Exports;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.InstantRecovery.Servers;

/// <summary>Serves a point to the QEMU of one domain, in a process of its own.</summary>
/// <param name="server">Serves.</param>
/// <param name="options">Where the domain is noted.</param>
/// <param name="time">The clock.</param>
internal sealed class PointServerHost(PointServer server, InstantRecoveryOptions options, TimeProvider time)
{
    /// <summary>What its process prints when QEMU can connect.</summary>
    public const string Ready = BackgroundProcess.Ready;

    /// <summary>For who looks at the images; QEMU has one connection per disk, and another while it connects again.
    /// </summary>
    private const int SparePlaces = 16;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Serves until it is cancelled.</summary>
    /// <param name="repository">The repository of the domain's point.</param>
    /// <param name="uuid">The domain.</param>
    /// <param name="ready">Called when QEMU can connect.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BackupException">The domain is not known, or the point cannot be served.</exception>
    public async Task RunAsync(
        Repository repository, string uuid, Action ready, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ready);
        var registry = new InstantRegistry(new StateDirectory(options.StateDirectory));
        var domain = registry.Get(uuid);
        // When the domain was booted it could perhaps not be written, which was told then.
        _ = await InstantUse.TryMarkAsync(repository, domain, cancellationToken).ConfigureAwait(false);
        var serving = await StartAsync(server, repository, domain, cancellationToken).ConfigureAwait(false);
        await using var ending = serving.ConfigureAwait(false);
        new PointServers(options, registry, time).NoteThis(domain);
        ready();
        await Task.WhenAll(
            serving.Completion.WaitAsync(cancellationToken),
            new GuestWatcher(domain, time).RunAsync(cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Begins to serve; only QEMU's user and root can connect.</summary>
    internal static async Task<NbdServer> StartAsync(
        PointServer server, Repository repository, InstantDomain domain, CancellationToken cancellationToken)
    {
        var serving = await server.StartAsync(
            repository,
            new PointServeRequest { Points = [domain.Point], Disks = [.. domain.Disks.Select(disk => disk.Target)] },
            new NbdServerOptions
            {
                Address = new UnixDomainSocketEndPoint(domain.Socket),
                MostClients = SparePlaces + (2 * domain.Disks.Count),
            },
            cancellationToken).ConfigureAwait(false);
        try
        {
            File.SetUnixFileMode(domain.Socket, OwnerOnly);
            if (domain.QemuUser is { } user && Environment.IsPrivilegedProcess)
                PosixFile.ChangeOwner(domain.Socket, user, domain.QemuGroup);
            return serving;
        }
        catch
        {
            await serving.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
