namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A place where libvirt keeps volumes, such as a directory.</summary>
/// <remarks>
/// Methods with a cancellation token have the contract of <see cref="LibvirtConnection"/> and throw
/// <see cref="LibvirtException"/>, with <see cref="VirErrorNumber.NoStoragePool"/> when the pool is gone.
/// </remarks>
public sealed class StoragePool : LibvirtObject
{
    private readonly StoragePoolHandle _handle;

    internal StoragePool(LibvirtConnection connection, StoragePoolHandle handle)
        : base(connection, handle)
    {
        _handle = handle;
        Name = LibvirtFunctions.virStoragePoolGetName(handle);
        Uuid = LibvirtFunctions.virStoragePoolGetUUID(handle);
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The UUID.</summary>
    public Guid Uuid { get; }

    /// <summary>State and sizes (<c>virStoragePoolGetInfo</c>, since 0.4.1).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>State and sizes.</returns>
    public Task<StoragePoolInfo> GetInfoAsync(CancellationToken cancellationToken = default) => RunAsync(
        () =>
        {
            VirStoragePoolInfo info = LibvirtFunctions.virStoragePoolGetInfo(_handle);
            return new StoragePoolInfo(info.State, (long)info.Capacity, (long)info.Allocation, (long)info.Available);
        },
        cancellationToken);

    /// <summary>The description (<c>virStoragePoolGetXMLDesc</c>, since 0.4.1).</summary>
    /// <param name="flags">Whether to show the definition instead of what is active.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>XML with the root element <c>pool</c>.</returns>
    public Task<string> GetXmlAsync(
        VirStorageXMLFlags flags = VirStorageXMLFlags.None, CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStoragePoolGetXMLDesc(_handle, flags), cancellationToken);

    /// <summary>Whether the pool is started (<c>virStoragePoolIsActive</c>, since 0.7.3).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether it is.</returns>
    public Task<bool> IsActiveAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStoragePoolIsActive(_handle), cancellationToken);

    /// <summary>Starts the pool (<c>virStoragePoolCreate</c>, since 0.4.1).</summary>
    /// <param name="flags">Whether to build it first.</param>
    /// <param name="cancellationToken">Stops waiting; the pool may start all the same.</param>
    /// <returns>A task that ends when it is started.</returns>
    public Task StartAsync(
        VirStoragePoolCreateFlags flags = VirStoragePoolCreateFlags.Normal,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStoragePoolCreate(_handle, flags), cancellationToken);

    /// <summary>Stops the pool and leaves its data (<c>virStoragePoolDestroy</c>, since 0.4.1).</summary>
    /// <param name="cancellationToken">Stops waiting; the pool may stop all the same.</param>
    /// <returns>A task that ends when it is stopped.</returns>
    public Task StopAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStoragePoolDestroy(_handle), cancellationToken);

    /// <summary>Makes what the pool needs, such as its directory (<c>virStoragePoolBuild</c>, since 0.4.1).</summary>
    /// <param name="flags">What to do about something that is there already.</param>
    /// <param name="cancellationToken">Stops waiting; it may be made all the same.</param>
    /// <returns>A task that ends when it is made.</returns>
    public Task BuildAsync(
        VirStoragePoolBuildFlags flags = VirStoragePoolBuildFlags.New,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStoragePoolBuild(_handle, flags), cancellationToken);

    /// <summary>Removes the definition of a stopped pool (<c>virStoragePoolUndefine</c>, since 0.4.1).</summary>
    /// <param name="cancellationToken">Stops waiting; it may be removed all the same.</param>
    /// <returns>A task that ends when it is removed.</returns>
    public Task UndefineAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStoragePoolUndefine(_handle), cancellationToken);

    /// <summary>Looks again for volumes (<c>virStoragePoolRefresh</c>, since 0.4.1).</summary>
    /// <param name="cancellationToken">Stops waiting; the pool may be refreshed all the same.</param>
    /// <returns>A task that ends when libvirt has looked.</returns>
    public Task RefreshAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStoragePoolRefresh(_handle), cancellationToken);

    /// <summary>The volumes (<c>virStoragePoolListAllVolumes</c>, since 0.10.2).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The volumes as of the last refresh; dispose each.</returns>
    public Task<IReadOnlyList<StorageVolume>> ListVolumesAsync(CancellationToken cancellationToken = default) =>
        RunAsync<IReadOnlyList<StorageVolume>>(
            () => Array.ConvertAll(
                LibvirtFunctions.virStoragePoolListAllVolumes(_handle),
                handle => new StorageVolume(Connection, handle)),
            cancellationToken);

    /// <summary>Looks up a volume by name (<c>virStorageVolLookupByName</c>, since 0.4.1).</summary>
    /// <param name="name">The name, compared exactly.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The volume; dispose it.</returns>
    /// <exception cref="LibvirtException"><see cref="VirErrorNumber.NoStorageVol"/> when there is none.</exception>
    public Task<StorageVolume> LookupVolumeAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return RunAsync(
            () => new StorageVolume(Connection, LibvirtFunctions.virStorageVolLookupByName(_handle, name)),
            cancellationToken);
    }

    /// <summary>Creates a volume (<c>virStorageVolCreateXML</c>, since 0.4.1).</summary>
    /// <param name="xml">XML with the root element <c>volume</c>.</param>
    /// <param name="flags">How.</param>
    /// <param name="cancellationToken">Stops waiting; the volume may be created all the same.</param>
    /// <returns>The volume; dispose it.</returns>
    public Task<StorageVolume> CreateVolumeAsync(
        string xml,
        VirStorageVolCreateFlags flags = VirStorageVolCreateFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return RunAsync(
            () => new StorageVolume(Connection, LibvirtFunctions.virStorageVolCreateXML(_handle, xml, flags)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
