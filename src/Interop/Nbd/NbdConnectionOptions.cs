namespace LibvirtBackup.Interop.Nbd;

/// <summary>How to connect to an NBD server.</summary>
public sealed record NbdConnectionOptions
{
    /// <summary>Whether to encrypt; off by default.</summary>
    public NbdTlsMode Tls { get; init; }

    /// <summary>
    /// The directory with ca-cert.pem and, where the server asks for it, client-cert.pem and client-key.pem; null for
    /// the places that libnbd looks in by itself (~/.pki/libnbd, ~/.config/pki/libnbd, /etc/pki/libnbd).
    /// </summary>
    public string? TlsCertificatesDirectory { get; init; }

    /// <summary>
    /// Whether to refuse a server whose certificate the CA did not sign or that has another name; on by default.
    /// </summary>
    public bool VerifyTlsPeer { get; init; } = true;

    /// <summary>A file of pre-shared keys (user:hex-key per line) instead of certificates; null for none.</summary>
    public string? TlsPreSharedKeyFile { get; init; }

    /// <summary>The user of the pre-shared key; null for the name of the user that runs this process.</summary>
    public string? TlsUserName { get; init; }

    /// <summary>
    /// The block status that will be asked for, such as <c>base:allocation</c> or
    /// <c>qemu:dirty-bitmap:backup-vda</c>. The server may know none of them: see <see
    /// cref="NbdExportInfo.MetaContexts"/>.
    /// </summary>
    public IReadOnlyList<string> MetaContexts { get; init; } = [];

    /// <summary>How long to wait for the connection with all negotiation, 30 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a server may take to say good-bye before the connection is cut, 2 s by default.</summary>
    public TimeSpan DisconnectTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
