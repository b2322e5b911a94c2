namespace LibvirtBackup.Interop.Xml;

/// <summary>A listening socket handed to libvirt beforehand; since libvirt 11.3.0.</summary>
public sealed record FdBackupServer : DomainBackupServer
{
    /// <summary>Name under which exactly one socket was associated (<c>virDomainFDAssociate</c>).</summary>
    public required string FdGroup { get; init; }

    private protected override void Write(ElementWriter writer) =>
        writer.Attribute("transport", "fd").Attribute("fdgroup", FdGroup);
}
