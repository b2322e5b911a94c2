using System.Xml.Linq;
using LibvirtBackup.Checkpoints;
using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Checkpoints;

public sealed class CheckpointDefinitionTests
{
    [Fact]
    public void A_definition_without_anything_leaves_all_to_libvirt() =>
        Assert.Equal("<domaincheckpoint>\n</domaincheckpoint>\n", new CheckpointDefinition().ToXml());

    [Fact]
    public void Names_notes_and_disks_can_be_read_back()
    {
        var xml = new CheckpointDefinition
        {
            Name = "c1",
            Description = "<&'\"> and ü",
            Disks = [new("vda", "bitmap", "c1"), new("/a'b", "no", null)],
        }.ToXml();

        var read = DomainCheckpointXml.Parse(xml);
        Assert.Equal("c1", read.Name?.Value);
        Assert.Equal("<&'\"> and ü", read.Description);
        Assert.Equal(["vda", "/a'b"], read.Disks.Select(d => d.Name.Value));
        Assert.Equal(["c1", null], XElement.Parse(xml).Descendants("disk").Select(d => (string?)d.Attribute("bitmap")));
    }
}
