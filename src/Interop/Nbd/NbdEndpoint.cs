namespace LibvirtBackup.Interop.Nbd;

/// <summary>Where an NBD server listens and which of its exports is meant.</summary>
public abstract record NbdEndpoint
{
    private NbdEndpoint()
    {
    }

    /// <summary>A server on a unix socket.</summary>
    /// <param name="Path">The socket's path, at most 107 bytes.</param>
    /// <param name="Export">The export's name; empty for the server's default.</param>
    public sealed record UnixSocket(string Path, string Export) : NbdEndpoint
    {
        /// <inheritdoc/>
        public override string ToString() => $"nbd+unix:///{Export}?socket={Path}";
    }

    /// <summary>A server on TCP.</summary>
    /// <param name="Host">A name or an address; TLS checks the certificate against it.</param>
    /// <param name="Port">The port; 10809 is NBD's own.</param>
    /// <param name="Export">The export's name; empty for the server's default.</param>
    public sealed record Tcp(string Host, int Port, string Export) : NbdEndpoint
    {
        /// <inheritdoc/>
        public override string ToString() => $"nbd://{Host}:{Port}/{Export}";
    }

    /// <summary>
    /// An NBD URI, as the NBD project specifies them: nbd, nbds, nbd+unix, nbds+unix. The nbds schemes require TLS
    /// whatever the options say. Parameters that name local files (tls-psk-file) are refused: use the options.
    /// </summary>
    /// <param name="Address">The URI.</param>
    public sealed record Uri(string Address) : NbdEndpoint
    {
        /// <inheritdoc/>
        public override string ToString() => Address;
    }

    /// <summary>
    /// A server program that is started for this connection and ends with it: it gets its listening socket as systemd
    /// would hand it over. Closing the connection waits until the program has ended, so what it wrote is closed too.
    /// </summary>
    /// <param name="Command">
    /// The program, looked up in PATH, and its arguments; nothing is interpreted by a shell.
    /// </param>
    public sealed record SocketActivation(IReadOnlyList<string> Command) : NbdEndpoint
    {
        /// <inheritdoc/>
        public override string ToString() => string.Join(' ', Command);
    }
}
