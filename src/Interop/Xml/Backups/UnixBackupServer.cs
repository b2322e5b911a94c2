namespace LibvirtBackup.Interop.Xml;

/// <summary>A unix socket on the host.</summary>
public sealed record UnixBackupServer : DomainBackupServer
{
    /// <summary>
    /// Absolute path, shorter than 108 bytes. QEMU creates it, owned by its user; it stays behind when QEMU dies.
    /// </summary>
    public required string Socket { get; init; }

    private protected override void Write(ElementWriter writer) =>
        writer.Attribute("transport", "unix").Attribute("socket", Socket);
}
