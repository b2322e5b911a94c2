namespace LibvirtBackup.Interop.Libvirt;

/// <summary>libvirt's connection broke, so no further events can arrive. Open a new connection.</summary>
public sealed class LibvirtConnectionLostException : Exception
{
    internal LibvirtConnectionLostException(VirConnectCloseReason reason)
        : base($"the connection to libvirt was lost ({reason}); open a new one") => Reason = reason;

    internal LibvirtConnectionLostException(Exception eventLoopFailure)
        : base("libvirt's event loop failed, so no events arrive; open a new connection", eventLoopFailure) =>
        Reason = VirConnectCloseReason.Error;

    /// <summary>Why libvirt closed it: an I/O error, the end of the stream, or no keepalive answer.</summary>
    public VirConnectCloseReason Reason { get; }
}
