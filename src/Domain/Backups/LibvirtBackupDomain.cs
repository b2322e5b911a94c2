using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Recovery;

namespace LibvirtBackup.Backups;

/// <summary>A domain of a real libvirt.</summary>
/// <param name="domain">The domain, on a connection that stays open.</param>
/// <param name="time">The clock.</param>
internal sealed class LibvirtBackupDomain(LibvirtDomain domain, TimeProvider time) : IBackupDomain
{
    /// <inheritdoc/>
    public string Name => domain.Name;

    /// <inheritdoc/>
    public Guid Uuid => domain.Uuid;

    /// <inheritdoc/>
    public ITrackedDomain Tracking { get; } = new LibvirtTrackedDomain(domain);

    /// <inheritdoc/>
    public IBackupJobs Jobs { get; } = new LibvirtBackupJobs(domain, time);

    /// <inheritdoc/>
    public Task<string> GetUriAsync(CancellationToken cancellationToken) =>
        domain.Connection.GetUriAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<DomainXml> ReadDefinitionAsync(CancellationToken cancellationToken)
    {
        var xml = await RemoteHost.ReadDefinitionAsync(domain, cancellationToken).ConfigureAwait(false);
        if (await RemoteHost.OfAsync(domain.Connection, cancellationToken).ConfigureAwait(false)
            is not { Transport: RemoteTransport.Ssh } remote)
            return xml;
        var paths = xml.Disks.SelectMany(disk => disk.BackingChain.Select(layer => layer.Source).Prepend(disk.Source))
            .OfType<FileDiskSource>().Select(file => file.Path).Distinct(StringComparer.Ordinal);
        return xml.OnOtherHost(
            await new SshShell(remote).IdentifyAsync([.. paths], cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<IDomainWatch> WatchAsync(CancellationToken cancellationToken) =>
        await LibvirtDomainWatch.StartAsync(domain, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public LibvirtGuest OpenGuest(string uri) => new(uri, domain.Uuid, domain);

    /// <inheritdoc/>
    public async Task ReconnectingAsync(string uri, Func<IBackupDomain, Task> action)
    {
        try
        {
            await action(this).ConfigureAwait(false);
        }
        catch (LibvirtException) when (domain.Connection.Closed.IsCompleted)
        {
            var again = await LibvirtConnection.OpenAsync(uri, cancellationToken: CancellationToken.None)
                .ConfigureAwait(false);
            await using var closing = again.ConfigureAwait(false);
            using var same = await again.LookupDomainAsync(Uuid, CancellationToken.None).ConfigureAwait(false);
            await action(new LibvirtBackupDomain(same, time)).ConfigureAwait(false);
        }
    }
}
