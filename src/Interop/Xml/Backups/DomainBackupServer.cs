using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// Where QEMU serves a pull backup over NBD: <see cref="UnixBackupServer"/>, <see cref="TcpBackupServer"/>,
/// <see cref="FdBackupServer"/>, or <see cref="OtherBackupServer"/> for what this library does not know.
/// </summary>
public abstract record DomainBackupServer
{
    private protected DomainBackupServer()
    {
    }

    /// <summary>
    /// Whether clients must use TLS with the certificates of the host's <c>qemu.conf</c>; null means no. Since
    /// libvirt 6.6.0.
    /// </summary>
    public bool? Tls { get; init; }

    /// <summary>What the element holds beyond this model.</summary>
    public XmlRemainder Remainder { get; init; } = XmlRemainder.Empty;

    internal static DomainBackupServer Read(ElementReader reader)
    {
        string transport = reader.Attribute("transport") ?? "tcp";
        bool? tls = reader.YesNo("tls");
        DomainBackupServer server = transport switch
        {
            "tcp" => new TcpBackupServer { Host = reader.RequiredAttribute("name"), Port = reader.Int32("port") },
            "unix" => new UnixBackupServer { Socket = reader.RequiredAttribute("socket") },
            "fd" => new FdBackupServer { FdGroup = reader.RequiredAttribute("fdgroup") },
            _ => new OtherBackupServer { Transport = transport },
        };
        return server with { Tls = tls, Remainder = reader.Remainder() };
    }

    internal XElement ToElement()
    {
        ElementWriter writer = new ElementWriter("server", Remainder).YesNo("tls", Tls);
        Write(writer);
        return writer.Build();
    }

    private protected abstract void Write(ElementWriter writer);
}
