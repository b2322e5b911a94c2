namespace LibvirtBackup.Interop.Libvirt;

public sealed partial class LibvirtDomain
{
    /// <summary>
    /// Creates a checkpoint, or tells libvirt again of one that the disks hold
    /// (<c>virDomainCheckpointCreateXML</c>, since 5.6.0). The machine must run, but for a plain redefinition.
    /// </summary>
    /// <remarks>
    /// A name longer than some 247 bytes fails and leaves bitmaps behind (libvirt 9.0 to 11.3): check it before.
    /// </remarks>
    /// <param name="xml">XML with the root element <c>domaincheckpoint</c>.</param>
    /// <param name="flags">
    /// <see cref="VirDomainCheckpointCreateFlags.Redefine"/> with
    /// <see cref="VirDomainCheckpointCreateFlags.RedefineValidate"/> (since 6.10.0) adopts an existing bitmap.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the checkpoint may be made all the same.</param>
    /// <returns>The checkpoint; dispose it.</returns>
    public Task<DomainCheckpoint> CreateCheckpointAsync(
        string xml,
        VirDomainCheckpointCreateFlags flags = VirDomainCheckpointCreateFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return RunAsync(
            () => new DomainCheckpoint(this, LibvirtFunctions.virDomainCheckpointCreateXML(Handle, xml, flags)),
            cancellationToken);
    }

    /// <summary>The machine's checkpoints (<c>virDomainListAllCheckpoints</c>, since 5.6.0).</summary>
    /// <param name="flags">
    /// Which; <see cref="VirDomainCheckpointListFlags.Topological"/> puts parents before their children.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The checkpoints, in no promised order unless topological; dispose each.</returns>
    public Task<IReadOnlyList<DomainCheckpoint>> ListCheckpointsAsync(
        VirDomainCheckpointListFlags flags = VirDomainCheckpointListFlags.None,
        CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<DomainCheckpoint>>(
        () => Array.ConvertAll(
            LibvirtFunctions.virDomainListAllCheckpoints(Handle, flags),
            handle => new DomainCheckpoint(this, handle)),
        cancellationToken);

    /// <summary>Looks up a checkpoint (<c>virDomainCheckpointLookupByName</c>, since 5.6.0).</summary>
    /// <param name="name">The name, compared exactly.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The checkpoint; dispose it.</returns>
    /// <exception cref="LibvirtException">
    /// <see cref="VirErrorNumber.NoDomainCheckpoint"/> when there is none of that name.
    /// </exception>
    public Task<DomainCheckpoint> LookupCheckpointAsync(
        string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return RunAsync(
            () => new DomainCheckpoint(this, LibvirtFunctions.virDomainCheckpointLookupByName(Handle, name)),
            cancellationToken);
    }

    /// <summary>Looks for a checkpoint that may not exist.</summary>
    /// <param name="name">The name, compared exactly.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The checkpoint, to be disposed, or null when there is none of that name.</returns>
    public async Task<DomainCheckpoint?> FindCheckpointAsync(
        string name, CancellationToken cancellationToken = default)
    {
        try
        {
            return await LookupCheckpointAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException error) when (error.Code == VirErrorNumber.NoDomainCheckpoint)
        {
            return null;
        }
    }
}
