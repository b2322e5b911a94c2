namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A password or key that libvirt keeps, such as that of an encrypted disk.</summary>
/// <remarks>
/// Methods with a cancellation token have the contract of <see cref="LibvirtConnection"/> and throw
/// <see cref="LibvirtException"/>.
/// </remarks>
public sealed class LibvirtSecret : LibvirtObject
{
    private readonly SecretHandle _handle;

    internal LibvirtSecret(LibvirtConnection connection, SecretHandle handle)
        : base(connection, handle)
    {
        _handle = handle;
        Uuid = LibvirtFunctions.virSecretGetUUID(handle);
        UsageType = LibvirtFunctions.virSecretGetUsageType(handle);
        // libvirt says it both ways: no text, or an empty one (a daemon's answer, libvirt 9.0).
        UsageId = LibvirtFunctions.virSecretGetUsageID(handle) is { Length: > 0 } id ? id : null;
    }

    /// <summary>The UUID.</summary>
    public Guid Uuid { get; }

    /// <summary>What kind of thing it is for.</summary>
    public VirSecretUsageType UsageType { get; }

    /// <summary>What it is for, such as the path of a volume; null when it is for nothing in particular.</summary>
    public string? UsageId { get; }

    /// <summary>The description (<c>virSecretGetXMLDesc</c>, since 0.7.1); never the value.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>XML with the root element <c>secret</c>.</returns>
    public Task<string> GetXmlAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virSecretGetXMLDesc(_handle), cancellationToken);

    /// <summary>The value (<c>virSecretGetValue</c>, since 0.7.1). Overwrite the array after use.</summary>
    /// <param name="cancellationToken">Stops waiting; the value is then overwritten.</param>
    /// <returns>The value.</returns>
    /// <exception cref="LibvirtException">
    /// <see cref="VirErrorNumber.InvalidSecret"/> when the secret is private, <see cref="VirErrorNumber.NoSecret"/>
    /// when it has no value.
    /// </exception>
    public Task<byte[]> GetValueAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virSecretGetValue(_handle), Array.Clear, cancellationToken);

    /// <summary>Sets the value (<c>virSecretSetValue</c>, since 0.7.1).</summary>
    /// <param name="value">The value; it must stay as it is until the call has ended.</param>
    /// <param name="cancellationToken">Stops waiting; the value may be set all the same.</param>
    /// <returns>A task that ends when the value is set.</returns>
    public Task SetValueAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virSecretSetValue(_handle, value.Span), cancellationToken);

    /// <summary>Removes the secret (<c>virSecretUndefine</c>, since 0.7.1).</summary>
    /// <param name="cancellationToken">Stops waiting; the secret may be removed all the same.</param>
    /// <returns>A task that ends when it is removed.</returns>
    public Task UndefineAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virSecretUndefine(_handle), cancellationToken);
}
