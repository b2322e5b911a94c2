namespace LibvirtBackup.Interop.Xml;

/// <summary>A TPM device of a domain; the state of an emulated one is part of what a restore needs.</summary>
public sealed record DomainTpm
{
    /// <summary>
    /// Model as libvirt spells it (<c>tpm-crb</c>, <c>tpm-tis</c>, ...); null means libvirt's default.
    /// </summary>
    public string? Model { get; init; }

    /// <summary>
    /// Backend as libvirt spells it: <c>emulator</c>, <c>passthrough</c>, <c>external</c>; null when absent.
    /// </summary>
    public string? Backend { get; init; }

    /// <summary>TPM version (<c>1.2</c>, <c>2.0</c>); null means libvirt's default.</summary>
    public string? Version { get; init; }

    /// <summary>Whether the state of a transient domain is kept; null means no.</summary>
    public bool? PersistentState { get; init; }

    /// <summary>UUID of the secret that encrypts the emulator's state; null when it is not encrypted.</summary>
    public Guid? EncryptionSecret { get; init; }

    /// <summary>Path of the state, socket or device that the backend names; null when libvirt chooses it.</summary>
    public string? Path { get; init; }

    internal static DomainTpm Read(ElementReader reader)
    {
        ElementReader? backend = reader.Child("backend");
        return new DomainTpm
        {
            Model = reader.Attribute("model"),
            Backend = backend?.Attribute("type"),
            Version = backend?.Attribute("version"),
            PersistentState = backend?.YesNo("persistent_state"),
            EncryptionSecret = backend?.Child("encryption")?.Attribute("secret") is { } secret
                ? reader.Id(secret, Guid.Parse)
                : null,
            Path = backend?.Child("source")?.Attribute("path") ?? backend?.Child("device")?.Attribute("path"),
        };
    }
}
