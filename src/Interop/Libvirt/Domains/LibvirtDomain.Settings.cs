namespace LibvirtBackup.Interop.Libvirt;

public sealed partial class LibvirtDomain
{
    private const int BytesPerKibibyte = 1024;

    /// <summary>State, memory, processors and processor time (<c>virDomainGetInfo</c>).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The figures.</returns>
    public Task<DomainInfo> GetInfoAsync(CancellationToken cancellationToken = default) => RunAsync(
        () =>
        {
            VirDomainInfo info = LibvirtFunctions.virDomainGetInfo(Handle);
            return new DomainInfo(
                info.State,
                (long)info.MaxMem * BytesPerKibibyte,
                (long)info.Memory * BytesPerKibibyte,
                info.NrVirtCpu,
                TimeSpan.FromTicks((long)(info.CpuTime / TimeSpan.NanosecondsPerTick)));
        },
        cancellationToken);

    /// <summary>Statistics of the machine (<c>virDomainListGetStats</c>, since 1.2.8).</summary>
    /// <param name="types">Which groups; none means all that the driver has.</param>
    /// <param name="flags">Such as one entry per layer of a disk, and not to wait for a busy machine.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Fields such as <c>state.state</c> and <c>block.0.allocation</c>.</returns>
    public Task<TypedParameterList> GetStatsAsync(
        VirDomainStatsTypes types = VirDomainStatsTypes.None,
        VirConnectGetAllDomainStatsFlags flags = VirConnectGetAllDomainStatsFlags.None,
        CancellationToken cancellationToken = default) => RunAsync(
        () => LibvirtFunctions.virDomainListGetStats([Handle], types, flags) is [var record, ..]
            ? DomainStats.Take(record).Parameters
            : TypedParameterList.Empty,
        cancellationToken);

    /// <summary>The machine's metadata (<c>virDomainGetMetadata</c>, since 0.9.10).</summary>
    /// <param name="type">The title, the description or an element.</param>
    /// <param name="namespaceUri">The XML namespace of the element; null for title and description.</param>
    /// <param name="flags">From the running machine or from the definition.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The text, or the element as XML; null when there is none.</returns>
    public async Task<string?> GetMetadataAsync(
        VirDomainMetadataType type,
        string? namespaceUri = null,
        VirDomainModificationImpact flags = VirDomainModificationImpact.Current,
        CancellationToken cancellationToken = default)
    {
        try
        {
            return await RunAsync(
                () => LibvirtFunctions.virDomainGetMetadata(Handle, type, namespaceUri, flags),
                cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException error) when (error.Code == VirErrorNumber.NoDomainMetadata)
        {
            return null;
        }
    }

    /// <summary>Changes or removes metadata (<c>virDomainSetMetadata</c>, since 0.9.10).</summary>
    /// <param name="type">The title, the description or an element.</param>
    /// <param name="value">The text or the element's XML; null removes it.</param>
    /// <param name="key">The namespace prefix of the element; null for title and description.</param>
    /// <param name="namespaceUri">The XML namespace of the element; null for title and description.</param>
    /// <param name="flags">In the running machine, the definition or both.</param>
    /// <param name="cancellationToken">Stops waiting; the metadata may change all the same.</param>
    /// <returns>A task that ends when the metadata is changed.</returns>
    public Task SetMetadataAsync(
        VirDomainMetadataType type,
        string? value,
        string? key = null,
        string? namespaceUri = null,
        VirDomainModificationImpact flags = VirDomainModificationImpact.Current,
        CancellationToken cancellationToken = default) =>
        RunAsync(
            () => LibvirtFunctions.virDomainSetMetadata(Handle, type, value, key, namespaceUri, flags),
            cancellationToken);

    /// <summary>Changes the memory (<c>virDomainSetMemoryFlags</c>, since 0.9.0).</summary>
    /// <param name="bytes">The size, rounded up to KiB.</param>
    /// <param name="flags">Of the running machine, the definition, and whether it is the maximum.</param>
    /// <param name="cancellationToken">Stops waiting; the memory may change all the same.</param>
    /// <returns>A task that ends when libvirt has taken note; the guest gives memory back in its own time.</returns>
    public Task SetMemoryAsync(
        long bytes,
        VirDomainMemoryModFlags flags = VirDomainMemoryModFlags.Current,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        nuint kibibytes = (nuint)((bytes + BytesPerKibibyte - 1) / BytesPerKibibyte);
        return RunAsync(() => LibvirtFunctions.virDomainSetMemoryFlags(Handle, kibibytes, flags), cancellationToken);
    }

    /// <summary>Whether the machine starts with its host (<c>virDomainGetAutostart</c>).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether it does.</returns>
    public Task<bool> GetAutostartAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainGetAutostart(Handle), cancellationToken);

    /// <summary>Sets whether the machine starts with its host (<c>virDomainSetAutostart</c>).</summary>
    /// <param name="autostart">Whether it shall.</param>
    /// <param name="cancellationToken">Stops waiting; it may be set all the same.</param>
    /// <returns>A task that ends when it is set.</returns>
    public Task SetAutostartAsync(bool autostart, CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainSetAutostart(Handle, autostart), cancellationToken);
}
