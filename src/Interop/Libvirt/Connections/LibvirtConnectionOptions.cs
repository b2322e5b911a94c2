namespace LibvirtBackup.Interop.Libvirt;

/// <summary>How to open a connection.</summary>
public sealed record LibvirtConnectionOptions
{
    /// <summary>
    /// Whether to open for reading only (<c>VIR_CONNECT_RO</c>). Changes, QEMU monitor commands and secrets in XML are
    /// then refused with <see cref="VirErrorNumber.OperationDenied"/>.
    /// </summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// Answers the daemon's questions; null means that none can be answered. Called on a thread of the connection, one
    /// question at a time; return null to give up. An exception ends the opening and is thrown from there.
    /// </summary>
    public Func<LibvirtCredentialRequest, string?>? Credentials { get; init; }

    /// <summary>
    /// How long the connection may be silent before the daemon is asked for a sign of life; whole seconds. Default 5,
    /// which is the daemon's own default towards its clients. Zero turns keepalive off: then a daemon that vanishes
    /// without closing the connection is never noticed. Without effect where there is no daemon.
    /// </summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many signs of life may be missed before the connection is given up. Default 5, as above.</summary>
    public int KeepAliveCount { get; init; } = 5;

    /// <summary>The most calls that run at once on this connection, at least 1.</summary>
    public int MaximumConcurrentCalls { get; init; } = LibvirtScheduler.DefaultMaximumThreads;
}
