using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Backups;

/// <summary>Where a disk of one instant can be read.</summary>
/// <param name="Endpoint">The disk's export.</param>
/// <param name="Bitmap">The dirty bitmap that is offered with it, or null.</param>
internal sealed record DiskExport(NbdEndpoint Endpoint, string? Bitmap)
{
    /// <summary>
    /// The exports of images behind the disk that hold a part of the bitmap: what is dirty in any of them is dirty.
    /// </summary>
    internal IReadOnlyList<NbdEndpoint> LowerLayers { get; init; } = [];

    /// <summary>Whether it is read with TLS.</summary>
    internal NbdTlsMode Tls { get; init; }

    /// <summary>Where the certificates are; null for libnbd's own places.</summary>
    internal string? TlsCertificatesDirectory { get; init; }

    /// <summary>What is taken for dirty whatever the bitmap says; null for nothing.</summary>
    internal RangeSet? Written { get; init; }
}
