namespace LibvirtBackup.Backups;

/// <summary>
/// How the data of a domain on another host comes here, when the connection is not over ssh (<c>qemu+tls</c>,
/// <c>qemu+tcp</c>): by NBD over TCP.
/// </summary>
public sealed record DataChannel
{
    /// <summary>
    /// The directory with <c>ca-cert.pem</c> and, where the host asks for it, <c>client-cert.pem</c> and
    /// <c>client-key.pem</c>; null for the places where libnbd looks (<c>~/.pki/libnbd</c>, <c>/etc/pki/libnbd</c>).
    /// The host's certificate is always checked, for the name in the connection's URI.
    /// </summary>
    public string? CertificatesDirectory { get; init; }

    /// <summary>True to read without TLS: anyone on the way can read the disks. Default false.</summary>
    public bool IsUnencrypted { get; init; }

    /// <summary>The first port that QEMU may listen at; default 10809, NBD's own.</summary>
    public int FirstPort { get; init; } = 10809;

    /// <summary>The last port; default 10872. Backups at the same time take different ones.</summary>
    public int LastPort { get; init; } = 10872;

    /// <summary>The host's address at which QEMU listens; null for that of the URI's name, as seen from here.</summary>
    public string? ListenAddress { get; init; }

    /// <exception cref="BackupException">Usage: ports that are none.</exception>
    internal void Validate()
    {
        if (FirstPort is < 1 or > 65535 || LastPort is < 1 or > 65535 || LastPort < FirstPort)
            throw new BackupException(
                FailureKind.Usage, $"{FirstPort}-{LastPort} is no range of TCP ports; give one between 1 and 65535");
        if (IsUnencrypted && CertificatesDirectory is not null)
            throw new BackupException(
                FailureKind.Usage, "certificates are of no use without encryption; leave out one of the two");
    }
}
