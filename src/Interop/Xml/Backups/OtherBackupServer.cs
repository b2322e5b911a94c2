namespace LibvirtBackup.Interop.Xml;

/// <summary>A transport that this library does not know; its attributes are kept.</summary>
public sealed record OtherBackupServer : DomainBackupServer
{
    /// <summary>The transport as libvirt spells it.</summary>
    public required string Transport { get; init; }

    private protected override void Write(ElementWriter writer) =>
        writer.Attribute("transport", Transport);
}
