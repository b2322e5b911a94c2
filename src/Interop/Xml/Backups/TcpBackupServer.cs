namespace LibvirtBackup.Interop.Xml;

/// <summary>A TCP port of the host.</summary>
public sealed record TcpBackupServer : DomainBackupServer
{
    /// <summary>Name or address to listen on.</summary>
    public required string Host { get; init; }

    /// <summary>
    /// Port from 1 to 65535. Null lets libvirt choose, which releases up to 11.3 refuse
    /// (<c>must specify TCP port for now</c>).
    /// </summary>
    public int? Port { get; init; }

    private protected override void Write(ElementWriter writer) =>
        writer.Attribute("transport", "tcp").Attribute("name", Host).Attribute("port", Port);
}
