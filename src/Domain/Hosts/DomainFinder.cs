using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Hosts;

/// <summary>Finds a domain as virsh does: by id, by UUID, by name.</summary>
internal static class DomainFinder
{
    /// <summary>Finds a domain; an id is tried first, then a UUID, then a name.</summary>
    /// <param name="connection">The host.</param>
    /// <param name="text">A name, a UUID or a running domain's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">There is no such domain.</exception>
    public static async Task<LibvirtDomain> FindAsync(
        LibvirtConnection connection, string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var id)
            && await TryAsync(() => connection.LookupDomainAsync(id, cancellationToken))
                .ConfigureAwait(false) is { } byId)
            return byId;
        if (Guid.TryParse(text, out var uuid)
            && await TryAsync(() => connection.LookupDomainAsync(uuid, cancellationToken))
                .ConfigureAwait(false) is { } byUuid)
            return byUuid;
        return await TryAsync(() => connection.LookupDomainAsync(text, cancellationToken)).ConfigureAwait(false)
            ?? throw new BackupException(FailureKind.Failed, $"no domain '{text}' on this host; see 'virsh list "
                + "--all'");
    }

    private static async Task<LibvirtDomain?> TryAsync(Func<Task<LibvirtDomain>> lookup)
    {
        try
        {
            return await lookup().ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.NoDomain)
        {
            return null;
        }
    }
}
