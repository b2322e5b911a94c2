namespace LibvirtBackup.Interop.Libvirt;

public sealed partial class LibvirtConnection
{
    /// <summary>The machines of the connection (<c>virConnectListAllDomains</c>, since 0.9.13).</summary>
    /// <param name="flags">Which; none means all. Flags of one group widen, groups narrow.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The machines in no promised order; dispose each.</returns>
    public Task<IReadOnlyList<LibvirtDomain>> ListDomainsAsync(
        VirConnectListAllDomainsFlags flags = VirConnectListAllDomainsFlags.None,
        CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<LibvirtDomain>>(
        () => Array.ConvertAll(
            LibvirtFunctions.virConnectListAllDomains(Handle, flags), handle => new LibvirtDomain(this, handle)),
        cancellationToken);

    /// <summary>Looks up a machine by name (<c>virDomainLookupByName</c>).</summary>
    /// <param name="name">The name, compared exactly.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The machine; dispose it.</returns>
    /// <exception cref="LibvirtException"><see cref="VirErrorNumber.NoDomain"/> when there is none.</exception>
    public Task<LibvirtDomain> LookupDomainAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return RunAsync(
            () => new LibvirtDomain(this, LibvirtFunctions.virDomainLookupByName(Handle, name)), cancellationToken);
    }

    /// <summary>Looks up a machine by UUID (<c>virDomainLookupByUUID</c>).</summary>
    /// <param name="uuid">The UUID.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The machine; dispose it.</returns>
    /// <exception cref="LibvirtException"><see cref="VirErrorNumber.NoDomain"/> when there is none.</exception>
    public Task<LibvirtDomain> LookupDomainAsync(Guid uuid, CancellationToken cancellationToken = default) =>
        RunAsync(
            () => new LibvirtDomain(this, LibvirtFunctions.virDomainLookupByUUID(Handle, uuid)), cancellationToken);

    /// <summary>Looks up a running machine by its number (<c>virDomainLookupByID</c>).</summary>
    /// <param name="id">The number.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The machine; dispose it.</returns>
    /// <exception cref="LibvirtException"><see cref="VirErrorNumber.NoDomain"/> when there is none.</exception>
    public Task<LibvirtDomain> LookupDomainAsync(int id, CancellationToken cancellationToken = default) =>
        RunAsync(
            () => new LibvirtDomain(this, LibvirtFunctions.virDomainLookupByID(Handle, id)), cancellationToken);

    /// <summary>The definition of a machine that a hypervisor's own configuration describes
    /// (<c>virConnectDomainXMLFromNative</c>, since 0.6.4). Only connections that may write are answered.</summary>
    /// <param name="format">Such as <c>qemu-argv</c>; drivers differ.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>XML with the root element <c>domain</c>.</returns>
    public Task<string> ConvertToDomainXmlAsync(
        string format, string configuration, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(configuration);
        return RunAsync(
            () => LibvirtFunctions.virConnectDomainXMLFromNative(Handle, format, configuration), cancellationToken);
    }

    /// <summary>Looks for a machine that may not exist.</summary>
    /// <param name="name">The name, compared exactly.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The machine, to be disposed, or null when there is none of that name.</returns>
    public async Task<LibvirtDomain?> FindDomainAsync(string name, CancellationToken cancellationToken = default)
    {
        try
        {
            return await LookupDomainAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException error) when (error.Code == VirErrorNumber.NoDomain)
        {
            return null;
        }
    }

    /// <summary>Defines a machine or changes its definition (<c>virDomainDefineXMLFlags</c>, since 1.2.12).</summary>
    /// <param name="xml">XML with the root element <c>domain</c>.</param>
    /// <param name="flags">Whether to check the XML against the schema.</param>
    /// <param name="cancellationToken">Stops waiting; the machine may be defined all the same.</param>
    /// <returns>The machine; dispose it.</returns>
    public Task<LibvirtDomain> DefineDomainAsync(
        string xml,
        VirDomainDefineFlags flags = VirDomainDefineFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return RunAsync(
            () => new LibvirtDomain(this, LibvirtFunctions.virDomainDefineXMLFlags(Handle, xml, flags)),
            cancellationToken);
    }

    /// <summary>Starts a machine that is gone once it ends (<c>virDomainCreateXML</c>).</summary>
    /// <param name="xml">XML with the root element <c>domain</c>.</param>
    /// <param name="flags">Such as <see cref="VirDomainCreateFlags.StartPaused"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the machine may start all the same.</param>
    /// <returns>The machine; dispose it.</returns>
    public Task<LibvirtDomain> CreateDomainAsync(
        string xml,
        VirDomainCreateFlags flags = VirDomainCreateFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return RunAsync(
            () => new LibvirtDomain(this, LibvirtFunctions.virDomainCreateXML(Handle, xml, flags)),
            cancellationToken);
    }

    /// <summary>Statistics of all machines in one call (<c>virConnectGetAllDomainStats</c>, since 1.2.8).</summary>
    /// <param name="types">Which groups; none means all that the driver has.</param>
    /// <param name="flags">Which machines, and how.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>One entry per machine.</returns>
    public Task<IReadOnlyList<DomainStats>> GetAllDomainStatsAsync(
        VirDomainStatsTypes types = VirDomainStatsTypes.None,
        VirConnectGetAllDomainStatsFlags flags = VirConnectGetAllDomainStatsFlags.None,
        CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<DomainStats>>(
        () => Array.ConvertAll(
            LibvirtFunctions.virConnectGetAllDomainStats(Handle, types, flags), DomainStats.Take),
        cancellationToken);
}
