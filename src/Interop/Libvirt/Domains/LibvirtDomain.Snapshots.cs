namespace LibvirtBackup.Interop.Libvirt;

public sealed partial class LibvirtDomain
{
    /// <summary>
    /// Takes a snapshot, or tells libvirt again of one (<c>virDomainSnapshotCreateXML</c>, since 0.8.0). During a
    /// backup it waits 30 s and then fails with <see cref="VirErrorNumber.OperationTimeout"/>.
    /// </summary>
    /// <param name="xml">XML with the root element <c>domainsnapshot</c>.</param>
    /// <param name="flags">Such as disk-only, atomic, no metadata, quiesce, validate.</param>
    /// <param name="cancellationToken">Stops waiting; the snapshot may be taken all the same.</param>
    /// <returns>The snapshot; dispose it.</returns>
    public Task<DomainSnapshot> CreateSnapshotAsync(
        string xml,
        VirDomainSnapshotCreateFlags flags = VirDomainSnapshotCreateFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return RunAsync(
            () => new DomainSnapshot(this, LibvirtFunctions.virDomainSnapshotCreateXML(Handle, xml, flags)),
            cancellationToken);
    }

    /// <summary>The machine's snapshots (<c>virDomainListAllSnapshots</c>, since 0.9.13).</summary>
    /// <param name="flags">Which; topological (since 5.2.0) puts parents before their children.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The snapshots; dispose each.</returns>
    public Task<IReadOnlyList<DomainSnapshot>> ListSnapshotsAsync(
        VirDomainSnapshotListFlags flags = VirDomainSnapshotListFlags.None,
        CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<DomainSnapshot>>(
        () => Array.ConvertAll(
            LibvirtFunctions.virDomainListAllSnapshots(Handle, flags), handle => new DomainSnapshot(this, handle)),
        cancellationToken);

    /// <summary>Looks up a snapshot (<c>virDomainSnapshotLookupByName</c>, since 0.8.0).</summary>
    /// <param name="name">The name, compared exactly.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The snapshot; dispose it.</returns>
    /// <exception cref="LibvirtException">
    /// <see cref="VirErrorNumber.NoDomainSnapshot"/> when there is none of that name.
    /// </exception>
    public Task<DomainSnapshot> LookupSnapshotAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return RunAsync(
            () => new DomainSnapshot(this, LibvirtFunctions.virDomainSnapshotLookupByName(Handle, name)),
            cancellationToken);
    }

    /// <summary>The current snapshot (<c>virDomainSnapshotCurrent</c>, since 0.8.0).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The snapshot, to be disposed, or null when none is current.</returns>
    public async Task<DomainSnapshot?> GetCurrentSnapshotAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await RunAsync(
                () => new DomainSnapshot(this, LibvirtFunctions.virDomainSnapshotCurrent(Handle)),
                cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException error) when (error.Code == VirErrorNumber.NoDomainSnapshot)
        {
            return null;
        }
    }
}
