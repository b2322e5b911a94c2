using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Recovery;

namespace LibvirtBackup.Backups;

/// <summary>
/// A domain as a backup asks and changes it: libvirt's, or a simulated one, on which random histories are tried. What
/// throws, throws as libvirt does.
/// </summary>
internal interface IBackupDomain
{
    string Name { get; }

    Guid Uuid { get; }

    /// <summary>Its checkpoints and bitmaps.</summary>
    ITrackedDomain Tracking { get; }

    /// <summary>Its backup jobs.</summary>
    IBackupJobs Jobs { get; }

    /// <summary>Where its libvirt is.</summary>
    Task<string> GetUriAsync(CancellationToken cancellationToken);

    /// <summary>What it is now.</summary>
    Task<DomainXml> ReadDefinitionAsync(CancellationToken cancellationToken);

    /// <summary>Watches what others do to it, from now on.</summary>
    Task<IDomainWatch> WatchAsync(CancellationToken cancellationToken);

    /// <summary>Its guest, to be frozen and thawed.</summary>
    /// <param name="uri">Where its libvirt is.</param>
    LibvirtGuest OpenGuest(string uri);

    /// <summary>Does something with it; where the daemon went away meanwhile, all of it again over a new connection.
    /// </summary>
    /// <param name="uri">Where its libvirt is.</param>
    /// <param name="action">What to do.</param>
    Task ReconnectingAsync(string uri, Func<IBackupDomain, Task> action);
}
