namespace LibvirtBackup.Repositories.Keys;

/// <summary>A key slot as stored: the master key, wrapped by one secret.</summary>
internal sealed record KeySlotDocument
{
    public required KeySlotKind Kind { get; init; }

    /// <summary>What the user calls it.</summary>
    public required string Label { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required byte[] Salt { get; init; }

    /// <summary>Rounds of PBKDF2; 0 for a key file.</summary>
    public required int Iterations { get; init; }

    /// <summary>Nonce, ciphertext and tag.</summary>
    public required byte[] Wrapped { get; init; }
}
