namespace LibvirtBackup.Interop.Libvirt;

public sealed partial class LibvirtDomain
{
    /// <summary>What a remote libvirt answers at most (<c>REMOTE_DOMAIN_DISK_ERRORS_MAX</c>).</summary>
    private const uint MostDisks = 256;

    /// <summary>Sizes of a disk (<c>virDomainGetBlockInfo</c>, since 0.8.1).</summary>
    /// <param name="disk">The target, such as <c>vda</c>, or the path of the source.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The sizes.</returns>
    public Task<BlockInfo> GetBlockInfoAsync(string disk, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return RunAsync(
            () =>
            {
                VirDomainBlockInfo info = LibvirtFunctions.virDomainGetBlockInfo(Handle, disk);
                return new BlockInfo((long)info.Capacity, (long)info.Allocation, (long)info.Physical);
            },
            cancellationToken);
    }

    /// <summary>The block job of a disk (<c>virDomainGetBlockJobInfo</c>, since 0.9.4).</summary>
    /// <param name="disk">The target, such as <c>vda</c>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The job, or null when none runs.</returns>
    public Task<BlockJobInfo?> GetBlockJobInfoAsync(string disk, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return RunAsync(
            () => LibvirtFunctions.virDomainGetBlockJobInfo(
                Handle, disk, VirDomainBlockJobInfoFlags.BandwidthBytes) is (true, var info)
                ? new BlockJobInfo(info.Type, info.Bandwidth, info.Cur, info.End)
                : null,
            cancellationToken);
    }

    /// <summary>
    /// Ends a disk's block job (<c>virDomainBlockJobAbort</c>, since 0.9.4), or completes a copy or an active commit by
    /// switching over. On a disk in a backup it ends the whole backup.
    /// </summary>
    /// <param name="disk">The target.</param>
    /// <param name="flags">Whether to switch over, and whether to return before the job has ended.</param>
    /// <param name="cancellationToken">Stops waiting; the job may end all the same.</param>
    /// <returns>A task that ends when the job has ended, or at once when asynchronous.</returns>
    public Task AbortBlockJobAsync(
        string disk,
        VirDomainBlockJobAbortFlags flags = VirDomainBlockJobAbortFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return RunAsync(() => LibvirtFunctions.virDomainBlockJobAbort(Handle, disk, flags), cancellationToken);
    }

    /// <summary>Limits a disk's block job (<c>virDomainBlockJobSetSpeed</c>, since 0.9.4).</summary>
    /// <param name="disk">The target.</param>
    /// <param name="bytesPerSecond">The limit; 0 means none.</param>
    /// <param name="cancellationToken">Stops waiting; the limit may be set all the same.</param>
    /// <returns>A task that ends when the limit is set.</returns>
    public Task SetBlockJobSpeedAsync(
        string disk, ulong bytesPerSecond, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return RunAsync(
            () => LibvirtFunctions.virDomainBlockJobSetSpeed(
                Handle, disk, bytesPerSecond, VirDomainBlockJobSetSpeedFlags.SpeedBandwidthBytes),
            cancellationToken);
    }

    /// <summary>Begins to merge layers of a disk downwards (<c>virDomainBlockCommit</c>, since 0.10.2).</summary>
    /// <param name="disk">The target.</param>
    /// <param name="baseLayer">The layer that receives, a path or <c>vda[2]</c>; null means the lowest or, with the
    /// shallow flag, the one below <paramref name="topLayer"/>.</param>
    /// <param name="topLayer">The highest layer merged; null means the active one.</param>
    /// <param name="bytesPerSecond">The limit; 0 means none.</param>
    /// <param name="flags">Such as shallow, active and delete. The limit is always in bytes.</param>
    /// <param name="cancellationToken">Stops waiting; the job may begin all the same.</param>
    /// <returns>A task that ends when the job has begun; block job events tell the rest.</returns>
    public Task BlockCommitAsync(
        string disk,
        string? baseLayer = null,
        string? topLayer = null,
        ulong bytesPerSecond = 0,
        VirDomainBlockCommitFlags flags = VirDomainBlockCommitFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return RunAsync(
            () => LibvirtFunctions.virDomainBlockCommit(
                Handle,
                disk,
                baseLayer,
                topLayer,
                bytesPerSecond,
                flags | VirDomainBlockCommitFlags.BandwidthBytes),
            cancellationToken);
    }

    /// <summary>Begins to copy the layers below into the active one (<c>virDomainBlockPull</c>, since 0.9.4).</summary>
    /// <param name="disk">The target.</param>
    /// <param name="bytesPerSecond">The limit; 0 means none.</param>
    /// <param name="cancellationToken">Stops waiting; the job may begin all the same.</param>
    /// <returns>A task that ends when the job has begun; block job events tell the rest.</returns>
    public Task BlockPullAsync(
        string disk, ulong bytesPerSecond = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return RunAsync(
            () => LibvirtFunctions.virDomainBlockPull(
                Handle, disk, bytesPerSecond, VirDomainBlockPullFlags.BandwidthBytes),
            cancellationToken);
    }

    /// <summary>
    /// Begins to copy down to a given layer, which stays the backing file (<c>virDomainBlockRebase</c>, since 0.9.10).
    /// </summary>
    /// <param name="disk">The target.</param>
    /// <param name="baseLayer">The layer that stays; null means none.</param>
    /// <param name="bytesPerSecond">The limit; 0 means none.</param>
    /// <param name="flags">How. The limit is always in bytes.</param>
    /// <param name="cancellationToken">Stops waiting; the job may begin all the same.</param>
    /// <returns>A task that ends when the job has begun; block job events tell the rest.</returns>
    public Task BlockRebaseAsync(
        string disk,
        string? baseLayer,
        ulong bytesPerSecond = 0,
        VirDomainBlockRebaseFlags flags = VirDomainBlockRebaseFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return RunAsync(
            () => LibvirtFunctions.virDomainBlockRebase(
                Handle,
                disk,
                baseLayer,
                bytesPerSecond,
                flags | VirDomainBlockRebaseFlags.BandwidthBytes),
            cancellationToken);
    }

    /// <summary>
    /// Begins to copy a disk to another place (<c>virDomainBlockCopy</c>, since 1.2.8); it then mirrors until
    /// <see cref="AbortBlockJobAsync"/> ends it or switches over. A copy to raw loses all bitmaps.
    /// </summary>
    /// <param name="disk">The target.</param>
    /// <param name="destinationXml">XML with the root element <c>disk</c>.</param>
    /// <param name="parameters">Such as <c>bandwidth</c>, <c>granularity</c>, <c>buf-size</c>; may be empty.</param>
    /// <param name="flags">Such as shallow, reuse and transient job.</param>
    /// <param name="cancellationToken">Stops waiting; the job may begin all the same.</param>
    /// <returns>A task that ends when the job has begun; block job events tell the rest.</returns>
    public Task BlockCopyAsync(
        string disk,
        string destinationXml,
        TypedParameterList? parameters = null,
        VirDomainBlockCopyFlags flags = VirDomainBlockCopyFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(destinationXml);
        return RunAsync(
            () => LibvirtFunctions.virDomainBlockCopy(
                Handle, disk, destinationXml, parameters ?? TypedParameterList.Empty, flags),
            cancellationToken);
    }

    /// <summary>
    /// Changes the size of a disk of a running machine (<c>virDomainBlockResize</c>, since 0.9.8). Bitmaps are resized
    /// with it.
    /// </summary>
    /// <param name="disk">The target.</param>
    /// <param name="bytes">The new size. A smaller one cuts off data.</param>
    /// <param name="cancellationToken">Stops waiting; the size may change all the same.</param>
    /// <returns>A task that ends when the size is changed.</returns>
    public Task BlockResizeAsync(string disk, long bytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return RunAsync(
            () => LibvirtFunctions.virDomainBlockResize(
                Handle, disk, (ulong)bytes, VirDomainBlockResizeFlags.Bytes),
            cancellationToken);
    }

    /// <summary>
    /// Asks for one event when a layer is written beyond an offset (<c>virDomainSetBlockThreshold</c>, since 3.2.0).
    /// </summary>
    /// <param name="device">Such as <c>vda</c>, or <c>vda[3]</c> for a layer or a backup's scratch file.</param>
    /// <param name="bytes">The offset; 0 takes the request back.</param>
    /// <param name="cancellationToken">Stops waiting; the threshold may be set all the same.</param>
    /// <returns>A task that ends when the threshold is set.</returns>
    public Task SetBlockThresholdAsync(string device, ulong bytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        return RunAsync(() => LibvirtFunctions.virDomainSetBlockThreshold(Handle, device, bytes), cancellationToken);
    }

    /// <summary>
    /// The disks on which QEMU met an error and paused the guest (<c>virDomainGetDiskErrors</c>, since 0.9.10).
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>By target, what kind of error.</returns>
    public Task<IReadOnlyDictionary<string, VirDomainDiskErrorCode>> GetDiskErrorsAsync(
        CancellationToken cancellationToken = default) => RunAsync<IReadOnlyDictionary<string, VirDomainDiskErrorCode>>(
        () => LibvirtFunctions.virDomainGetDiskErrors(Handle, MostDisks).ToDictionary(
            error => error.Disk, error => error.Error, StringComparer.Ordinal),
        cancellationToken);
}
