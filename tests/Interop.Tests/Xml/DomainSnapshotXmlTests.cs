using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Xml;

public sealed class DomainSnapshotXmlTests
{
    private const string Reported = """
        <domainsnapshot>
          <name>any / name</name>
          <description>before the upgrade</description>
          <state>disk-snapshot</state>
          <parent>
            <name>1699999999</name>
          </parent>
          <creationTime>1700000000</creationTime>
          <memory snapshot='external' file='/snap/mem'/>
          <disks>
            <disk name='vda' snapshot='external' type='file'>
              <driver type='qcow2'>
                <metadata_cache>
                  <max_size unit='bytes'>1234</max_size>
                </metadata_cache>
              </driver>
              <source file='/snap/vda' index='3'/>
            </disk>
            <disk name='vdb' snapshot='no'/>
            <disk name='vdc' snapshot='external' type='network'>
              <snapshotDeleteInProgress/>
              <source protocol='nbd' name='e' tls='yes'><host name='h' port='10809'/></source>
            </disk>
            <disk name='vdd' snapshot='manual'/>
          </disks>
          <revertDisks>
            <disk name='vda' snapshot='external' type='block'><source dev='/dev/vg/r'/></disk>
          </revertDisks>
          <domain><uuid>11111111-2222-3333-4444-555555555555</uuid></domain>
          <inactiveDomain type='kvm'><name>t</name></inactiveDomain>
          <cookie><cpu/></cookie>
          <active>1</active>
        </domainsnapshot>
        """;

    [Fact]
    public void What_libvirt_reports_is_read()
    {
        DomainSnapshotXml snapshot = DomainSnapshotXml.Parse(Reported);

        Assert.Equal("any / name", snapshot.Name);
        Assert.Equal("before the upgrade", snapshot.Description);
        Assert.Equal(DomainSnapshotState.DiskSnapshot, snapshot.State);
        Assert.Equal("1699999999", snapshot.Parent);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), snapshot.CreationTime);
        Assert.Equal(
            new DomainSnapshotMemory { Snapshot = DomainSnapshotLocation.External, File = "/snap/mem" },
            snapshot.Memory);
        Assert.Equal(new FileDiskSource { Path = "/snap/vda", Index = 3 }, snapshot.Disks[0].Source);
        Assert.Equal(ImageFormat.Qcow2, snapshot.Disks[0].DriverType);
        Assert.Equal("metadata_cache", snapshot.Disks[0].MetadataCache?.Name);
        Assert.Equal(DomainSnapshotLocation.No, snapshot.Disks[1].Snapshot);
        Assert.True(snapshot.Disks[2].DeleteInProgress);
        Assert.Equal(
            new NetworkDiskSource
            {
                Protocol = "nbd",
                Name = "e",
                Tls = true,
                Hosts = [new NetworkDiskHost { Name = "h", Port = 10809 }],
            },
            snapshot.Disks[2].Source);
        Assert.Equal(DomainSnapshotLocation.Manual, snapshot.Disks[3].Snapshot);
        Assert.Equal(new BlockDiskSource { Path = "/dev/vg/r" }, snapshot.RevertDisks[0].Source);
        Assert.Equal("domain", snapshot.Domain?.Name);
        Assert.Equal("inactiveDomain", snapshot.InactiveDomain?.Name);
        Assert.Equal("cookie", snapshot.Cookie?.Name);
        Assert.True(snapshot.Active);
        Assert.True(snapshot.Remainder.IsEmpty);
    }

    [Fact]
    public void What_libvirt_reports_is_written_back_node_by_node() =>
        Same.Document(Reported, DomainSnapshotXml.Parse(Reported).ToXml());

    [Theory]
    [InlineData("<disks/>")]
    [InlineData("<description/>")]
    [InlineData("<active>2</active>")]
    [InlineData("<state>dreaming</state>")]
    [InlineData("<disks><disk name='vda' type='block'/></disks>")]
    [InlineData("<disks><disk name='vda' type='file'><source startupPolicy='x'/></disk></disks>")]
    [InlineData("<disks><disk name='vda' type='nvme'><source namespace='1'/></disk></disks>")]
    public void An_odd_document_is_written_back_node_by_node(string content)
    {
        string xml = $"<domainsnapshot>{content}</domainsnapshot>";
        Same.Document(xml, DomainSnapshotXml.Parse(xml).ToXml());
    }

    [Fact]
    public void Any_model_reads_back_equal() =>
        Models.ForAll(Models.Snapshot, m => Assert.Equal(m, DomainSnapshotXml.Parse(m.ToXml())));

    [Fact]
    public void Any_model_is_valid_against_the_schema()
    {
        Rng.SkipUnlessInstalled();
        Rng.AssertValid("domainsnapshot", [.. Models.Sample(Models.Snapshot).Select(m => m.ToXml())]);
    }
}
