using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Xml;

public sealed class DomainCheckpointXmlTests
{
    /// <summary>As libvirt 9.0 writes it for XML_SIZE, the domain shortened.</summary>
    private const string Reported = """
        <domaincheckpoint>
          <name>B</name>
          <description>nightly &amp; more</description>
          <parent>
            <name>A</name>
          </parent>
          <creationTime>1700000000</creationTime>
          <disks>
            <disk name='vda' checkpoint='bitmap' bitmap='B' size='327680'/>
            <disk name='vdb' checkpoint='no'/>
          </disks>
          <domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
            <name>t1</name>
            <qemu:commandline/>
          </domain>
        </domaincheckpoint>
        """;

    [Fact]
    public void What_libvirt_reports_is_read()
    {
        DomainCheckpointXml checkpoint = DomainCheckpointXml.Parse(Reported);

        Assert.Equal("B", checkpoint.Name?.Value);
        Assert.Equal("nightly & more", checkpoint.Description);
        Assert.Equal("A", checkpoint.Parent?.Value);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), checkpoint.CreationTime);
        Assert.Equal("domain", checkpoint.Domain?.Name);
        Assert.True(checkpoint.Remainder.IsEmpty);
        Assert.Equal(
            [
                new DomainCheckpointDisk
                {
                    Name = DiskName.Parse("vda"),
                    Checkpoint = CheckpointDiskMode.Bitmap,
                    Bitmap = "B",
                    SizeBytes = 327_680,
                },
                new DomainCheckpointDisk { Name = DiskName.Parse("vdb"), Checkpoint = CheckpointDiskMode.No },
            ],
            checkpoint.Disks);
    }

    [Fact]
    public void What_libvirt_reports_is_written_back_node_by_node() =>
        Same.Document(Reported, DomainCheckpointXml.Parse(Reported).ToXml());

    [Fact]
    public void A_new_checkpoint_is_written_as_libvirt_wants_it()
    {
        DomainCheckpointXml checkpoint = new()
        {
            Name = CheckpointName.Parse("lvb.repo.daily.1.2"),
            Disks = [new DomainCheckpointDisk { Name = DiskName.Parse("vda"), Checkpoint = CheckpointDiskMode.Bitmap }],
        };

        Assert.Equal(
            """
            <domaincheckpoint>
              <name>lvb.repo.daily.1.2</name>
              <disks>
                <disk name="vda" checkpoint="bitmap" />
              </disks>
            </domaincheckpoint>
            """,
            checkpoint.ToXml());
    }

    [Fact]
    public void An_unknown_mode_of_a_disk_passes_through()
    {
        const string xml = "<domaincheckpoint><disks><disk name='vda' checkpoint='magic'/></disks></domaincheckpoint>";
        DomainCheckpointXml checkpoint = DomainCheckpointXml.Parse(xml);
        Assert.Equal("magic", checkpoint.Disks[0].Checkpoint?.Value);
        Same.Document(xml, checkpoint.ToXml());
    }

    [Theory]
    [InlineData("<domaincheckpoint><disks><disk/></disks></domaincheckpoint>", "<disk>: it has no attribute 'name'")]
    [InlineData(
        "<domaincheckpoint>\n <creationTime>soon</creationTime></domaincheckpoint>",
        "at line 2, column 3: in <creationTime>")]
    [InlineData("<domaincheckpoint><creationTime>999999999999999</creationTime></domaincheckpoint>", "year 9999")]
    [InlineData("<domaincheckpoint><name>.x</name></domaincheckpoint>", "in <name>: checkpoint name '.x' must not")]
    [InlineData(
        "<domaincheckpoint><disks><disk name='vda' size='-1'/></disks></domaincheckpoint>", "'size' holds '-1'")]
    public void A_malformed_value_is_refused_with_its_place(string xml, string message)
    {
        LibvirtXmlException e = Assert.Throws<LibvirtXmlException>(() => DomainCheckpointXml.Parse(xml));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal("domaincheckpoint", e.Document);
        Assert.True(e.Line > 0 && e.Column > 0);
    }

    [Fact]
    public void Any_model_reads_back_equal() =>
        Models.ForAll(Models.Checkpoint, m => Assert.Equal(m, DomainCheckpointXml.Parse(m.ToXml())));

    [Fact]
    public void Any_model_is_valid_against_the_schema()
    {
        Rng.SkipUnlessInstalled();
        Rng.AssertValid("domaincheckpoint", [.. Models.Sample(Models.Checkpoint).Select(m => m.ToXml())]);
    }
}
