namespace LibvirtBackup.Interop.Libvirt;

public sealed partial class LibvirtConnection
{
    /// <summary>The storage pools of the host (<c>virConnectListAllStoragePools</c>, since 0.10.2).</summary>
    /// <param name="flags">Which; none means all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The pools; dispose each.</returns>
    public Task<IReadOnlyList<StoragePool>> ListStoragePoolsAsync(
        VirConnectListAllStoragePoolsFlags flags = VirConnectListAllStoragePoolsFlags.None,
        CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<StoragePool>>(
        () => Array.ConvertAll(
            LibvirtFunctions.virConnectListAllStoragePools(Handle, flags), handle => new StoragePool(this, handle)),
        cancellationToken);

    /// <summary>Looks up a storage pool by name (<c>virStoragePoolLookupByName</c>, since 0.4.1).</summary>
    /// <param name="name">The name, compared exactly.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The pool; dispose it.</returns>
    /// <exception cref="LibvirtException"><see cref="VirErrorNumber.NoStoragePool"/> when there is none.</exception>
    public Task<StoragePool> LookupStoragePoolAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return RunAsync(
            () => new StoragePool(this, LibvirtFunctions.virStoragePoolLookupByName(Handle, name)),
            cancellationToken);
    }

    /// <summary>Looks up a storage pool by UUID (<c>virStoragePoolLookupByUUID</c>, since 0.4.1).</summary>
    /// <param name="uuid">The UUID.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The pool; dispose it.</returns>
    /// <exception cref="LibvirtException"><see cref="VirErrorNumber.NoStoragePool"/> when there is none.</exception>
    public Task<StoragePool> LookupStoragePoolAsync(Guid uuid, CancellationToken cancellationToken = default) =>
        RunAsync(
            () => new StoragePool(this, LibvirtFunctions.virStoragePoolLookupByUUID(Handle, uuid)),
            cancellationToken);

    /// <summary>Looks up the pool at a path (<c>virStoragePoolLookupByTargetPath</c>, since 4.1.0).</summary>
    /// <param name="path">The path that the pool is mounted at.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The pool; dispose it.</returns>
    /// <exception cref="LibvirtException"><see cref="VirErrorNumber.NoStoragePool"/> when there is none.</exception>
    public Task<StoragePool> LookupStoragePoolByPathAsync(
        string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return RunAsync(
            () => new StoragePool(this, LibvirtFunctions.virStoragePoolLookupByTargetPath(Handle, path)),
            cancellationToken);
    }

    /// <summary>Looks up a volume by its path (<c>virStorageVolLookupByPath</c>, since 0.4.1).</summary>
    /// <param name="path">The path on the host.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The volume; dispose it.</returns>
    /// <exception cref="LibvirtException"><see cref="VirErrorNumber.NoStorageVol"/> when there is none.</exception>
    public Task<StorageVolume> LookupStorageVolumeByPathAsync(
        string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return RunAsync(
            () => new StorageVolume(this, LibvirtFunctions.virStorageVolLookupByPath(Handle, path)),
            cancellationToken);
    }

    /// <summary>Looks up a volume by its key (<c>virStorageVolLookupByKey</c>, since 0.4.1).</summary>
    /// <param name="key">The key, unique on the host.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The volume; dispose it.</returns>
    /// <exception cref="LibvirtException"><see cref="VirErrorNumber.NoStorageVol"/> when there is none.</exception>
    public Task<StorageVolume> LookupStorageVolumeByKeyAsync(
        string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return RunAsync(
            () => new StorageVolume(this, LibvirtFunctions.virStorageVolLookupByKey(Handle, key)),
            cancellationToken);
    }

    /// <summary>Defines a storage pool (<c>virStoragePoolDefineXML</c>, since 0.4.1).</summary>
    /// <param name="xml">XML with the root element <c>pool</c>.</param>
    /// <param name="flags">Whether to check the XML against the schema.</param>
    /// <param name="cancellationToken">Stops waiting; the pool may be defined all the same.</param>
    /// <returns>The pool, not started; dispose it.</returns>
    public Task<StoragePool> DefineStoragePoolAsync(
        string xml,
        VirStoragePoolDefineFlags flags = VirStoragePoolDefineFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return RunAsync(
            () => new StoragePool(this, LibvirtFunctions.virStoragePoolDefineXML(Handle, xml, flags)),
            cancellationToken);
    }

    /// <summary>Starts a pool that is gone once it stops (<c>virStoragePoolCreateXML</c>, since 0.4.1).</summary>
    /// <param name="xml">XML with the root element <c>pool</c>.</param>
    /// <param name="flags">Whether to build it first.</param>
    /// <param name="cancellationToken">Stops waiting; the pool may start all the same.</param>
    /// <returns>The pool; dispose it.</returns>
    public Task<StoragePool> CreateStoragePoolAsync(
        string xml,
        VirStoragePoolCreateFlags flags = VirStoragePoolCreateFlags.Normal,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return RunAsync(
            () => new StoragePool(this, LibvirtFunctions.virStoragePoolCreateXML(Handle, xml, flags)),
            cancellationToken);
    }
}
