namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A file or device in a storage pool.</summary>
/// <remarks>
/// Methods with a cancellation token have the contract of <see cref="LibvirtConnection"/> and throw
/// <see cref="LibvirtException"/>, with <see cref="VirErrorNumber.NoStorageVol"/> when the volume is gone.
/// </remarks>
public sealed class StorageVolume : LibvirtObject
{
    private readonly StorageVolHandle _handle;

    internal StorageVolume(LibvirtConnection connection, StorageVolHandle handle)
        : base(connection, handle)
    {
        _handle = handle;
        Name = LibvirtFunctions.virStorageVolGetName(handle);
        Key = LibvirtFunctions.virStorageVolGetKey(handle);
    }

    /// <summary>The name, unique in its pool.</summary>
    public string Name { get; }

    /// <summary>The key, unique on the host.</summary>
    public string Key { get; }

    /// <summary>The path on the host (<c>virStorageVolGetPath</c>, since 0.4.1).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The path.</returns>
    public Task<string> GetPathAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStorageVolGetPath(_handle), cancellationToken);

    /// <summary>Kind and sizes (<c>virStorageVolGetInfo</c>, since 0.4.1).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Kind and sizes.</returns>
    public Task<StorageVolumeInfo> GetInfoAsync(CancellationToken cancellationToken = default) => RunAsync(
        () =>
        {
            VirStorageVolInfo info = LibvirtFunctions.virStorageVolGetInfo(_handle);
            return new StorageVolumeInfo(info.Type, (long)info.Capacity, (long)info.Allocation);
        },
        cancellationToken);

    /// <summary>The description (<c>virStorageVolGetXMLDesc</c>, since 0.4.1).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>XML with the root element <c>volume</c>.</returns>
    public Task<string> GetXmlAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStorageVolGetXMLDesc(_handle), cancellationToken);

    /// <summary>The pool that it lies in (<c>virStoragePoolLookupByVolume</c>, since 0.4.1).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The pool; dispose it.</returns>
    public Task<StoragePool> GetPoolAsync(CancellationToken cancellationToken = default) =>
        RunAsync(
            () => new StoragePool(Connection, LibvirtFunctions.virStoragePoolLookupByVolume(_handle)),
            cancellationToken);

    /// <summary>Deletes the volume and its data (<c>virStorageVolDelete</c>, since 0.4.1).</summary>
    /// <param name="flags">How.</param>
    /// <param name="cancellationToken">Stops waiting; the volume may be deleted all the same.</param>
    /// <returns>A task that ends when it is deleted.</returns>
    public Task DeleteAsync(
        VirStorageVolDeleteFlags flags = VirStorageVolDeleteFlags.Normal,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStorageVolDelete(_handle, flags), cancellationToken);

    /// <summary>Changes the size (<c>virStorageVolResize</c>, since 0.9.10).</summary>
    /// <param name="bytes">The new size, or with the delta flag the difference.</param>
    /// <param name="flags">Whether to allocate, whether a difference is given, and whether it may shrink.</param>
    /// <param name="cancellationToken">Stops waiting; the size may change all the same.</param>
    /// <returns>A task that ends when the size is changed.</returns>
    public Task ResizeAsync(
        long bytes,
        VirStorageVolResizeFlags flags = VirStorageVolResizeFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return RunAsync(() => LibvirtFunctions.virStorageVolResize(_handle, (ulong)bytes, flags), cancellationToken);
    }

    /// <summary>Begins to read its bytes into a stream (<c>virStorageVolDownload</c>, since 0.9.0).</summary>
    /// <param name="stream">A new stream of the same connection.</param>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="length">How many bytes; 0 means to the end.</param>
    /// <param name="flags">Whether holes are sent as such.</param>
    /// <param name="cancellationToken">Stops waiting; abort the stream.</param>
    /// <returns>A task that ends when the stream can be received from.</returns>
    public Task DownloadAsync(
        LibvirtStream stream,
        long offset = 0,
        long length = 0,
        VirStorageVolDownloadFlags flags = VirStorageVolDownloadFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return RunAsync(
            () => LibvirtFunctions.virStorageVolDownload(
                _handle, stream.Handle, (ulong)offset, (ulong)length, flags),
            cancellationToken);
    }

    /// <summary>Begins to overwrite its bytes from a stream (<c>virStorageVolUpload</c>, since 0.9.0).</summary>
    /// <param name="stream">A new stream of the same connection.</param>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="length">The most bytes; 0 means to the end.</param>
    /// <param name="flags">Whether holes are received as such.</param>
    /// <param name="cancellationToken">Stops waiting; abort the stream.</param>
    /// <returns>A task that ends when the stream can be sent to.</returns>
    public Task UploadAsync(
        LibvirtStream stream,
        long offset = 0,
        long length = 0,
        VirStorageVolUploadFlags flags = VirStorageVolUploadFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return RunAsync(
            () => LibvirtFunctions.virStorageVolUpload(
                _handle, stream.Handle, (ulong)offset, (ulong)length, flags),
            cancellationToken);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
