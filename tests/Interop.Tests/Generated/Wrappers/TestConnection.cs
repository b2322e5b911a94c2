using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Interop.Tests.Generated.Wrappers;

/// <summary>A connection to libvirt's test driver: one domain, one pool, all private to this connection.</summary>
internal sealed class TestConnection : IDisposable
{
    public const string Uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f";

    public ConnectHandle Handle { get; } = LibvirtFunctions.virConnectOpen("test:///default");

    public DomainHandle Domain() => LibvirtFunctions.virDomainLookupByName(Handle, "test");

    public void Dispose() => Handle.Dispose();
}
