namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// A checkpoint of a machine: on every disk that it covers, a bitmap of the same name that records all writes since it
/// was made.
/// </summary>
/// <remarks>
/// Methods with a cancellation token have the contract of <see cref="LibvirtConnection"/>. They throw
/// <see cref="LibvirtException"/>, with <see cref="VirErrorNumber.NoDomainCheckpoint"/> when the checkpoint is gone.
/// </remarks>
public sealed class DomainCheckpoint : LibvirtObject
{
    private readonly DomainCheckpointHandle _handle;

    internal DomainCheckpoint(LibvirtDomain domain, DomainCheckpointHandle handle)
        : base(domain.Connection, handle)
    {
        _handle = handle;
        Domain = domain;
        Name = LibvirtFunctions.virDomainCheckpointGetName(handle);
    }

    /// <summary>The machine.</summary>
    public LibvirtDomain Domain { get; }

    /// <summary>The name, unique within the machine.</summary>
    public string Name { get; }

    /// <summary>The description (<c>virDomainCheckpointGetXMLDesc</c>, since 5.6.0).</summary>
    /// <param name="flags">
    /// <c>NoDomain</c> leaves out the machine's XML; <c>Size</c> adds the dirty bytes per disk, which needs a running
    /// machine, leaves a broken bitmap out silently, and crashes the whole libvirtd when another client deletes the
    /// checkpoint meanwhile (9.0, 11.3, 12.8), so rather ask QEMU; <c>Secure</c> needs write access.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>XML with the root element <c>domaincheckpoint</c>.</returns>
    public Task<string> GetXmlAsync(
        VirDomainCheckpointXMLFlags flags = VirDomainCheckpointXMLFlags.None,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainCheckpointGetXMLDesc(_handle, flags), cancellationToken);

    /// <summary>The checkpoint made before it (<c>virDomainCheckpointGetParent</c>, since 5.6.0).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The parent, to be disposed, or null for a root.</returns>
    public async Task<DomainCheckpoint?> GetParentAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await RunAsync(
                () => new DomainCheckpoint(Domain, LibvirtFunctions.virDomainCheckpointGetParent(_handle)),
                cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException error) when (error.Code == VirErrorNumber.NoDomainCheckpoint)
        {
            return null;
        }
    }

    /// <summary>Checkpoints made after it (<c>virDomainCheckpointListAllChildren</c>, since 5.6.0).</summary>
    /// <param name="flags"><c>Descendants</c> includes the children's children.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The children; dispose each.</returns>
    public Task<IReadOnlyList<DomainCheckpoint>> ListChildrenAsync(
        VirDomainCheckpointListFlags flags = VirDomainCheckpointListFlags.None,
        CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<DomainCheckpoint>>(
        () => Array.ConvertAll(
            LibvirtFunctions.virDomainCheckpointListAllChildren(_handle, flags),
            handle => new DomainCheckpoint(Domain, handle)),
        cancellationToken);

    /// <summary>
    /// Deletes the checkpoint and its bitmaps (<c>virDomainCheckpointDelete</c>, since 5.6.0). Later checkpoints stay
    /// whole and are handed to its parent.
    /// </summary>
    /// <param name="flags">
    /// <c>MetadataOnly</c> leaves the bitmaps and also works when the machine is off or a bitmap is missing, where the
    /// plain form fails (<see cref="VirErrorNumber.OperationUnsupported"/>,
    /// <see cref="VirErrorNumber.InternalError"/>) and deletes nothing.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the checkpoint may be deleted all the same.</param>
    /// <returns>A task that ends when it is deleted.</returns>
    public Task DeleteAsync(
        VirDomainCheckpointDeleteFlags flags = VirDomainCheckpointDeleteFlags.None,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainCheckpointDelete(_handle, flags), cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
