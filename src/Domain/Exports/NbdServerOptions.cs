using System.Net;

namespace LibvirtBackup.Exports;

/// <summary>Where an NBD server listens, and whom it serves.</summary>
internal sealed record NbdServerOptions
{
    /// <summary>The unix socket's path or the TCP address; port 0 lets the system choose one.</summary>
    public required EndPoint Address { get; init; }

    /// <summary>
    /// Where <c>ca-cert.pem</c>, <c>server-cert.pem</c> and <c>server-key.pem</c> are, as QEMU and nbdkit have them:
    /// then only clients with a certificate of that authority are served, and only over TLS. Null for no TLS.
    /// </summary>
    public string? TlsDirectory { get; init; }

    /// <summary>How many clients are served at a time; one more is told that all places are taken.</summary>
    public int MostClients { get; init; } = 16;

    /// <summary>How long a client may take to ask for an export.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how long without a client the server ends; null for never.</summary>
    public TimeSpan? IdleTimeout { get; init; }
}
