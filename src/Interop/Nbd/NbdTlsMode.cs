namespace LibvirtBackup.Interop.Nbd;

/// <summary>Whether a connection is encrypted (LIBNBD_TLS_*).</summary>
public enum NbdTlsMode
{
    /// <summary>Never; a server that requires TLS refuses.</summary>
    Off = 0,

    /// <summary>When the server can. Somebody on the way can prevent it: no protection from an attacker.</summary>
    Allow = 1,

    /// <summary>Always; a server without TLS is refused.</summary>
    Require = 2,
}
