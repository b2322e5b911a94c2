namespace LibvirtBackup.Hosts.Remote;

/// <summary>How libvirt on another host is reached.</summary>
internal enum RemoteTransport
{
    /// <summary>By the program ssh, or a library that does the same.</summary>
    Ssh,

    /// <summary>TCP with TLS.</summary>
    Tls,

    /// <summary>TCP without.</summary>
    Tcp,

    /// <summary>Something that says nothing of how disks could be read (<c>qemu+ext</c>).</summary>
    Other,
}
