namespace LibvirtBackup.InstantRecovery;

/// <summary>What to boot from the repository.</summary>
internal sealed record InstantRequest
{
    /// <summary>The restore point's id, or a prefix of it that fits one point only.</summary>
    public required string Point { get; init; }

    /// <summary>The domain's name, or null for the old one.</summary>
    public string? Name { get; init; }

    /// <summary>True to keep UUID and network addresses, which is for a domain that is gone.</summary>
    public bool KeepIdentity { get; init; }

    /// <summary>The directory for the local images, which may grow to the size of the disks; null for libvirt's own.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>The file with the passphrase that the server needs, now and whenever it is started again.</summary>
    public string? PassphraseFile { get; init; }

    /// <summary>The key file, likewise.</summary>
    public string? KeyFile { get; init; }
}
