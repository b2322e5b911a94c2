using LibvirtBackup.Checkpoints;
using Xunit;

namespace LibvirtBackup.Tests.Checkpoints;

public sealed class SizedCheckpointXmlTests
{
    [Fact]
    public void Sizes_are_added_where_libvirt_writes_them_and_the_rest_stays_as_it_is()
    {
        const string xml = """
            <domaincheckpoint>
              <name>c&amp;1</name>
              <disks>
                <disk name='vda' checkpoint='bitmap' bitmap='c1'/>
                <disk name='vdb' checkpoint='bitmap' bitmap='c1'/>
              </disks>
              <domain><devices><disk name='vda'/></devices></domain>
            </domaincheckpoint>
            """;

        Assert.Equal(
            xml.Replace(
                "<disk name='vda' checkpoint='bitmap' bitmap='c1'/>",
                "<disk name='vda' checkpoint='bitmap' bitmap='c1' size='65536'/>",
                StringComparison.Ordinal),
            SizedCheckpointXml.Add(xml, new Dictionary<string, long> { ["vda"] = 65536 }));
    }
}
