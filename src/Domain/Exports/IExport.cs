namespace LibvirtBackup.Exports;

/// <summary>A disk that an NBD server offers. It does not change, and cannot be written. Thread-safe.</summary>
internal interface IExport
{
    /// <summary>What clients ask for.</summary>
    string Name { get; }

    /// <summary>One line for people.</summary>
    string Description { get; }

    long SizeBytes { get; }

    /// <summary>What requests should be multiples of; a power of two.</summary>
    int PreferredBlockBytes { get; }

    /// <summary>What can be asked about ranges, besides their bytes.</summary>
    IReadOnlyList<IExportMap> Maps { get; }

    /// <summary>Fills <paramref name="target"/>, which does not reach beyond the end, if that needs no waiting.
    /// </summary>
    /// <returns>False when it does; then <paramref name="target"/> holds anything.</returns>
    bool TryRead(long offset, Span<byte> target);

    /// <summary>Says what a client is probably about to ask for. It may reach beyond the end.</summary>
    void Expect(long offset, int length);

    /// <summary>Fills <paramref name="target"/>, which does not reach beyond the end.</summary>
    /// <exception cref="BackupException">The bytes cannot be had.</exception>
    ValueTask ReadAsync(long offset, Memory<byte> target, CancellationToken cancellationToken);
}
