using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>One server of a <see cref="NetworkDiskSource"/>.</summary>
public sealed record NetworkDiskHost
{
    /// <summary>Transport as libvirt spells it (<c>tcp</c>, <c>unix</c>, <c>rdma</c>); null means TCP.</summary>
    public string? Transport { get; init; }

    /// <summary>Name or address (TCP, RDMA).</summary>
    public string? Name { get; init; }

    /// <summary>Port (TCP, RDMA); null means the protocol's own.</summary>
    public int? Port { get; init; }

    /// <summary>Path of the socket (unix).</summary>
    public string? Socket { get; init; }

    /// <summary>What the element holds beyond this model.</summary>
    public XmlRemainder Remainder { get; init; } = XmlRemainder.Empty;

    internal static NetworkDiskHost Read(ElementReader reader) => new()
    {
        Transport = reader.Attribute("transport"),
        Name = reader.Attribute("name"),
        Port = reader.Int32("port"),
        Socket = reader.Attribute("socket"),
        Remainder = reader.Remainder(),
    };

    internal XElement ToElement() => new ElementWriter("host", Remainder)
        .Attribute("transport", Transport)
        .Attribute("name", Name)
        .Attribute("port", Port)
        .Attribute("socket", Socket)
        .Build();
}
