namespace LibvirtBackup.Interop.Xml;

/// <summary>An image behind a network protocol.</summary>
public sealed record NetworkDiskSource : DiskSource
{
    /// <summary>The protocol as libvirt spells it: <c>nbd</c>, <c>rbd</c>, <c>iscsi</c>, <c>https</c>, ...</summary>
    public required string Protocol { get; init; }

    /// <summary>Name of the image on the server (an NBD export, an RBD image); null when absent.</summary>
    public string? Name { get; init; }

    /// <summary>Whether TLS is used; null means the host's default.</summary>
    public bool? Tls { get; init; }

    /// <summary>
    /// For how many seconds QEMU lets requests wait for an NBD server that has gone; null means that they fail at once.
    /// libvirt 9.0 leaves it out.
    /// </summary>
    public int? ReconnectDelaySeconds { get; init; }

    /// <summary>The servers.</summary>
    public ValueList<NetworkDiskHost> Hosts { get; init; } = [];

    /// <inheritdoc/>
    public override DiskStorageType Type => DiskStorageType.Network;

    internal static NetworkDiskSource Read(string protocol, ElementReader reader) => new()
    {
        Protocol = protocol,
        Name = reader.Attribute("name"),
        Tls = reader.YesNo("tls"),
        ReconnectDelaySeconds = reader.Child("reconnect")?.Int32("delay"),
        Hosts = [.. reader.Models("host").Select(NetworkDiskHost.Read)],
    };

    private protected override void Write(ElementWriter writer) => writer
        .Attribute("protocol", Protocol)
        .Attribute("name", Name)
        .YesNo("tls", Tls)
        .Add(Hosts.Select(h => h.ToElement()))
        .Child(
            "reconnect", ReconnectDelaySeconds is not null,
            writer => writer.Attribute("delay", ReconnectDelaySeconds));
}
