namespace LibvirtBackup.Interop.Nbd;

/// <summary>What a server told of an export while the connection was negotiated.</summary>
public sealed record NbdExportInfo
{
    /// <summary>The largest read or write that every server takes, when it does not say: 32 MiB, as in QEMU.</summary>
    internal const int DefaultMaximumBlockSize = 32 * 1024 * 1024;

    /// <summary>The size, in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>True when writes are refused.</summary>
    public required bool IsReadOnly { get; init; }

    /// <summary>True when zeroes can be written without sending them.</summary>
    public required bool CanZero { get; init; }

    /// <summary>True when the server can tell at once that zeroing would be no faster than writing.</summary>
    public required bool CanFastZero { get; init; }

    /// <summary>True when ranges can be discarded.</summary>
    public required bool CanTrim { get; init; }

    /// <summary>True when the server can be asked to make writes durable.</summary>
    public required bool CanFlush { get; init; }

    /// <summary>True when several connections see one consistent export, and a flush on one covers all.</summary>
    public required bool CanMultiConnect { get; init; }

    /// <summary>True when the connection is encrypted.</summary>
    public required bool IsEncrypted { get; init; }

    /// <summary>What offsets and lengths must be multiples of, in bytes; 1 when the server did not say.</summary>
    public required int MinimumBlockSize { get; init; }

    /// <summary>
    /// What offsets and lengths had better be multiples of, in bytes; 4096 when the server did not say.
    /// </summary>
    public required int PreferredBlockSize { get; init; }

    /// <summary>The longest single read or write, in bytes; 32 MiB when the server did not say.</summary>
    public required int MaximumBlockSize { get; init; }

    /// <summary>The requested kinds of block status that the server has, in the order of the request.</summary>
    public required IReadOnlyList<string> MetaContexts { get; init; }
}
