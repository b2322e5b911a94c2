namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A snapshot of a machine: a state that can be returned to.</summary>
/// <remarks>
/// Methods with a cancellation token have the contract of <see cref="LibvirtConnection"/>. They throw
/// <see cref="LibvirtException"/>, with <see cref="VirErrorNumber.NoDomainSnapshot"/> when the snapshot is gone.
/// </remarks>
public sealed class DomainSnapshot : LibvirtObject
{
    private readonly DomainSnapshotHandle _handle;

    internal DomainSnapshot(LibvirtDomain domain, DomainSnapshotHandle handle)
        : base(domain.Connection, handle)
    {
        _handle = handle;
        Domain = domain;
        Name = LibvirtFunctions.virDomainSnapshotGetName(handle);
    }

    /// <summary>The machine.</summary>
    public LibvirtDomain Domain { get; }

    /// <summary>The name, unique within the machine.</summary>
    public string Name { get; }

    /// <summary>The description (<c>virDomainSnapshotGetXMLDesc</c>, since 0.8.0).</summary>
    /// <param name="flags">Whether to include secrets, which needs write access.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>XML with the root element <c>domainsnapshot</c>.</returns>
    public Task<string> GetXmlAsync(
        VirDomainSnapshotXMLFlags flags = VirDomainSnapshotXMLFlags.None,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainSnapshotGetXMLDesc(_handle, flags), cancellationToken);

    /// <summary>The snapshot that it was taken after (<c>virDomainSnapshotGetParent</c>, since 0.9.7).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The parent, to be disposed, or null for a root.</returns>
    public async Task<DomainSnapshot?> GetParentAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await RunAsync(
                () => new DomainSnapshot(Domain, LibvirtFunctions.virDomainSnapshotGetParent(_handle)),
                cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException error) when (error.Code == VirErrorNumber.NoDomainSnapshot)
        {
            return null;
        }
    }

    /// <summary>Snapshots taken after it (<c>virDomainSnapshotListAllChildren</c>, since 0.9.13).</summary>
    /// <param name="flags"><c>Descendants</c> includes the children's children.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The children; dispose each.</returns>
    public Task<IReadOnlyList<DomainSnapshot>> ListChildrenAsync(
        VirDomainSnapshotListFlags flags = VirDomainSnapshotListFlags.None,
        CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<DomainSnapshot>>(
        () => Array.ConvertAll(
            LibvirtFunctions.virDomainSnapshotListAllChildren(_handle, flags),
            handle => new DomainSnapshot(Domain, handle)),
        cancellationToken);

    /// <summary>Deletes the snapshot (<c>virDomainSnapshotDelete</c>, since 0.8.0; external since 9.0.0).</summary>
    /// <param name="flags">Whether with its children, and whether only libvirt's knowledge of it.</param>
    /// <param name="cancellationToken">Stops waiting; the snapshot may be deleted all the same.</param>
    /// <returns>A task that ends when it is deleted.</returns>
    public Task DeleteAsync(
        VirDomainSnapshotDeleteFlags flags = VirDomainSnapshotDeleteFlags.None,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainSnapshotDelete(_handle, flags), cancellationToken);

    /// <summary>
    /// Returns the machine to the snapshot (<c>virDomainRevertToSnapshot</c>, since 0.8.0; external ones since 9.9.0).
    /// </summary>
    /// <remarks>
    /// Never revert to an internal snapshot while any disk has a bitmap: QEMU ends and all bitmaps become inconsistent
    /// (libvirt 9.0, QEMU 7.2; no check was found in libvirt 11.3 either). Take a full backup after any revert.
    /// </remarks>
    /// <param name="flags">Whether to run or pause afterwards, and whether to accept risks.</param>
    /// <param name="cancellationToken">Stops waiting; the machine may be reverted all the same.</param>
    /// <returns>A task that ends when it is reverted.</returns>
    public Task RevertAsync(
        VirDomainSnapshotRevertFlags flags = VirDomainSnapshotRevertFlags.None,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainRevertToSnapshot(_handle, flags), cancellationToken);

    /// <summary>Whether it is the machine's current snapshot (<c>virDomainSnapshotIsCurrent</c>, since 0.9.13).
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether it is.</returns>
    public Task<bool> IsCurrentAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainSnapshotIsCurrent(_handle), cancellationToken);

    /// <summary>Whether libvirt keeps data on it (<c>virDomainSnapshotHasMetadata</c>, since 0.9.13).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether it does.</returns>
    public Task<bool> HasMetadataAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainSnapshotHasMetadata(_handle), cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
