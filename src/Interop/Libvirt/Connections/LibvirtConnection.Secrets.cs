namespace LibvirtBackup.Interop.Libvirt;

public sealed partial class LibvirtConnection
{
    /// <summary>The secrets that the host knows of (<c>virConnectListAllSecrets</c>, since 0.10.2).</summary>
    /// <param name="flags">Which; none means all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The secrets; dispose each.</returns>
    public Task<IReadOnlyList<LibvirtSecret>> ListSecretsAsync(
        VirConnectListAllSecretsFlags flags = VirConnectListAllSecretsFlags.None,
        CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<LibvirtSecret>>(
        () => Array.ConvertAll(
            LibvirtFunctions.virConnectListAllSecrets(Handle, flags), handle => new LibvirtSecret(this, handle)),
        cancellationToken);

    /// <summary>Looks up a secret by UUID (<c>virSecretLookupByUUID</c>, since 0.7.1).</summary>
    /// <param name="uuid">The UUID.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The secret; dispose it.</returns>
    /// <exception cref="LibvirtException"><see cref="VirErrorNumber.NoSecret"/> when there is none.</exception>
    public Task<LibvirtSecret> LookupSecretAsync(Guid uuid, CancellationToken cancellationToken = default) =>
        RunAsync(
            () => new LibvirtSecret(this, LibvirtFunctions.virSecretLookupByUUID(Handle, uuid)),
            cancellationToken);

    /// <summary>Looks up a secret by what it is for (<c>virSecretLookupByUsage</c>, since 0.7.1).</summary>
    /// <param name="type">The kind of use.</param>
    /// <param name="usageId">What it is used for, such as the path of a volume.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The secret; dispose it.</returns>
    /// <exception cref="LibvirtException"><see cref="VirErrorNumber.NoSecret"/> when there is none.</exception>
    public Task<LibvirtSecret> LookupSecretAsync(
        VirSecretUsageType type, string usageId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(usageId);
        return RunAsync(
            () => new LibvirtSecret(this, LibvirtFunctions.virSecretLookupByUsage(Handle, type, usageId)),
            cancellationToken);
    }

    /// <summary>Defines a secret without its value (<c>virSecretDefineXML</c>, since 0.7.1).</summary>
    /// <param name="xml">XML with the root element <c>secret</c>.</param>
    /// <param name="flags">Whether to check the XML against the schema.</param>
    /// <param name="cancellationToken">Stops waiting; the secret may be defined all the same.</param>
    /// <returns>The secret; dispose it.</returns>
    public Task<LibvirtSecret> DefineSecretAsync(
        string xml,
        VirSecretDefineFlags flags = VirSecretDefineFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return RunAsync(
            () => new LibvirtSecret(this, LibvirtFunctions.virSecretDefineXML(Handle, xml, flags)),
            cancellationToken);
    }

    /// <summary>Makes a stream, which does nothing until an operation uses it (<c>virStreamNew</c>, since 0.7.2).
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The stream; dispose it.</returns>
    public Task<LibvirtStream> CreateStreamAsync(CancellationToken cancellationToken = default) =>
        RunAsync(
            () => new LibvirtStream(this, LibvirtFunctions.virStreamNew(Handle, VirStreamFlags.None)),
            cancellationToken);
}
