using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Tests.Posix;

namespace LibvirtBackup.Interop.Tests.Libvirt;

/// <summary>
/// A host of libvirt's test driver with one running machine and one pool. Every node has a file and so a state of its
/// own, unlike <c>test:///default</c>, which all connections of a process share.
/// </summary>
internal sealed class TestNode : IDisposable
{
    public const string Machine = "one";

    public static readonly Guid MachineUuid = Guid.Parse("4a64cc71-19c4-2fd0-2323-3050941ea3c3");

    private readonly TemporaryDirectory _directory = new();

    public TestNode(string auth = "")
    {
        File.WriteAllText(_directory.File("node.xml"), $"""
            <node>
              {auth}
              <domain type='test'>
                <name>{Machine}</name>
                <uuid>{MachineUuid}</uuid>
                <memory>524288</memory>
                <currentMemory>262144</currentMemory>
                <vcpu>2</vcpu>
                <os><type>hvm</type></os>
                <devices>
                  <disk type='file' device='disk'>
                    <driver name='qemu' type='qcow2'/>
                    <source file='/guest/one.qcow2'/>
                    <target dev='vda' bus='virtio'/>
                  </disk>
                </devices>
              </domain>
              <pool type='dir'>
                <name>pool-one</name>
                <uuid>dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566</uuid>
                <target><path>/guest</path></target>
                <volume>
                  <name>volume-one</name>
                  <capacity>1048576</capacity>
                  <allocation>4096</allocation>
                  <target><path>/guest/volume-one</path></target>
                </volume>
              </pool>
            </node>
            """);
    }

    public string Uri => "test://" + _directory.File("node.xml");

    public Task<LibvirtConnection> OpenAsync(
        LibvirtConnectionOptions? options = null, CancellationToken cancellationToken = default) =>
        LibvirtConnection.OpenAsync(Uri, options, cancellationToken);

    public void Dispose() => _directory.Dispose();

    public static string DomainXml(string name) => $"""
        <domain type='test'>
          <name>{name}</name>
          <memory>65536</memory>
          <os><type>hvm</type></os>
          <devices>
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2'/>
              <source file='/guest/{name}.qcow2'/>
              <target dev='vda' bus='virtio'/>
            </disk>
          </devices>
        </domain>
        """;
}
