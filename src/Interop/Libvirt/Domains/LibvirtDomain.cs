namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A virtual machine. Any number of objects may stand for the same machine.</summary>
/// <remarks>
/// Methods with a cancellation token have the contract of <see cref="LibvirtConnection"/>: once started, a call goes on
/// in the background with all its effects though the task has ended. They throw <see cref="LibvirtException"/>, with
/// <see cref="VirErrorNumber.NoDomain"/> when the machine is gone and <see cref="VirErrorNumber.OperationInvalid"/>
/// when its state does not allow the call.
/// </remarks>
public sealed partial class LibvirtDomain : LibvirtObject
{
    internal LibvirtDomain(LibvirtConnection connection, DomainHandle handle)
        : base(connection, handle)
    {
        Handle = handle;
        Name = LibvirtFunctions.virDomainGetName(handle);
        Uuid = LibvirtFunctions.virDomainGetUUID(handle);
    }

    /// <summary>The name at the moment of the look-up; a rename makes it stale.</summary>
    public string Name { get; }

    /// <summary>The UUID, which never changes.</summary>
    public Guid Uuid { get; }

    /// <summary>Name and UUID.</summary>
    public DomainIdentity Identity => new(Name, Uuid);

    internal DomainHandle Handle { get; }

    /// <summary>The number of the running machine on its host.</summary>
    /// <remarks>libvirt keeps the number of the look-up in its object, so this looks up by UUID again.</remarks>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The number, or null when the machine is not running.</returns>
    public Task<int?> GetIdAsync(CancellationToken cancellationToken = default) => RunAsync<int?>(
        () =>
        {
            using DomainHandle fresh = LibvirtFunctions.virDomainLookupByUUID(Connection.Handle, Uuid);
            uint id = LibvirtFunctions.virDomainGetID(fresh);
            return id == uint.MaxValue ? null : (int)id;
        },
        cancellationToken);

    /// <summary>What the machine is doing (<c>virDomainGetState</c>, since 0.9.2).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>State and reason.</returns>
    public Task<DomainStateInfo> GetStateAsync(CancellationToken cancellationToken = default) => RunAsync(
        () =>
        {
            (VirDomainState state, int reason) = LibvirtFunctions.virDomainGetState(Handle);
            return new DomainStateInfo(state, reason);
        },
        cancellationToken);

    /// <summary>The machine's description (<c>virDomainGetXMLDesc</c>).</summary>
    /// <param name="flags">
    /// Whether to include secrets (refused on a read-only connection), and whether to show what the next start will
    /// use instead of what runs now.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>XML with the root element <c>domain</c>.</returns>
    public Task<string> GetXmlAsync(
        VirDomainXMLFlags flags = VirDomainXMLFlags.None, CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainGetXMLDesc(Handle, flags), cancellationToken);

    /// <summary>Whether the machine runs (<c>virDomainIsActive</c>, since 0.7.3).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether it runs, paused or not.</returns>
    public Task<bool> IsActiveAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainIsActive(Handle), cancellationToken);

    /// <summary>Whether the machine is defined, so that it outlives its run (<c>virDomainIsPersistent</c>).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>False for a transient machine.</returns>
    public Task<bool> IsPersistentAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainIsPersistent(Handle), cancellationToken);

    /// <summary>Whether the description changed since the start (<c>virDomainIsUpdated</c>, since 0.8.6).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether it changed.</returns>
    public Task<bool> IsUpdatedAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainIsUpdated(Handle), cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
