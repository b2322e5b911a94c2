namespace LibvirtBackup.InstantRecovery;

/// <summary>A disk of a domain that runs from the repository.</summary>
internal sealed record InstantDisk
{
    /// <summary>The disk's target (<c>vda</c>), and its name on the server.</summary>
    public required string Target { get; init; }

    /// <summary>The local image that gets what the guest writes.</summary>
    public required string Image { get; init; }

    /// <summary>The virtual size.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>What QEMU did on failed writes by the stored definition, and does again when it is finished.</summary>
    public string? ErrorPolicy { get; init; }

    /// <summary>The same for reads.</summary>
    public string? ReadErrorPolicy { get; init; }
}
