using System.Xml.Linq;
using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Xml;

/// <summary>Content that the models do not name survives at its place, at every level.</summary>
public sealed class UnknownContentTests
{
    private static readonly XNamespace s_vendor = "urn:vendor";

    public static TheoryData<string, Func<string, string>> Documents => new()
    {
        {
            """
            <domaincheckpoint><name>B</name><description>d</description><parent><name>A</name></parent>
            <creationTime>5</creationTime><disks><disk name='vda' checkpoint='bitmap' bitmap='B'/><disk name='vdb'/>
            </disks><domain><name>n</name><x><y/></x></domain></domaincheckpoint>
            """,
            xml => DomainCheckpointXml.Parse(xml).ToXml()
        },
        {
            """
            <domainbackup mode='pull'><incremental>A</incremental><server transport='unix' socket='/s'/>
            <disks><disk name='vda' type='file'><driver type='qcow2'/><scratch file='/f'><seclabel/><seclabel/>
            <encryption/></scratch></disk><disk name='vdb' type='block'><scratch dev='/g'/></disk></disks>
            </domainbackup>
            """,
            xml => DomainBackupXml.Parse(xml).ToXml()
        },
        {
            """
            <domainsnapshot><name>s</name><description/><state>running</state><parent><name>p</name></parent>
            <creationTime>5</creationTime><memory snapshot='no'/><disks>
            <disk name='vda' snapshot='external' type='network'><snapshotDeleteInProgress/>
            <driver type='qcow2'><metadata_cache/></driver>
            <source protocol='nbd' index='1'><host name='h'/><encryption/></source></disk>
            <disk name='vdb' type='volume'><source pool='p' volume='v'/></disk>
            <disk name='vdc' type='vhostuser'><source type='unix'><reconnect/></source></disk></disks>
            <revertDisks><disk name='vda'/></revertDisks><domain><name>n</name></domain><inactiveDomain/><cookie/>
            <active>0</active></domainsnapshot>
            """,
            xml => DomainSnapshotXml.Parse(xml).ToXml()
        },
        {
            """
            <domain><name>n</name><uuid>11111111-2222-3333-4444-555555555555</uuid><devices><disk type='file'>
            <source file='/f'/><target dev='vda'/></disk></devices></domain>
            """,
            xml => DomainXml.Parse(xml).ToXml()
        },
    };

    [Theory]
    [MemberData(nameof(Documents), DisableDiscoveryEnumeration = true)]
    public void A_document_without_unknown_content_is_written_back(string xml, Func<string, string> roundTrip) =>
        Same.Document(xml, roundTrip(xml));

    [Theory]
    [MemberData(nameof(Documents), DisableDiscoveryEnumeration = true)]
    public void Unknown_content_is_written_back_at_its_place(string xml, Func<string, string> roundTrip) =>
        Models.ForAll(r => Disturb(r, xml), disturbed => Same.Document(disturbed, roundTrip(disturbed)));

    [Fact]
    public void Unknown_content_belongs_to_the_value_of_a_model()
    {
        const string xml =
            "<domaincheckpoint><disks future='1'><disk name='vda' other='2'/><more/></disks></domaincheckpoint>";
        DomainCheckpointXml checkpoint = DomainCheckpointXml.Parse(xml);

        Assert.Equal(checkpoint, DomainCheckpointXml.Parse(xml));
        Assert.NotEqual(checkpoint, checkpoint with { Remainder = XmlRemainder.Empty });
        Assert.Equal("disks/@future disks/more", checkpoint.Remainder.ToString());
        Assert.Equal("@other", checkpoint.Disks[0].Remainder.ToString());
    }

    [Fact]
    public void Unknown_content_of_a_part_that_is_taken_away_goes_with_it()
    {
        DomainCheckpointXml checkpoint = DomainCheckpointXml.Parse(
            "<domaincheckpoint><parent future='1'><name>A</name></parent><name>B</name></domaincheckpoint>");
        Same.Document(
            "<domaincheckpoint><name>B</name></domaincheckpoint>", (checkpoint with { Parent = null }).ToXml());
    }

    [Fact]
    public void A_second_element_of_a_kind_that_comes_once_is_kept()
    {
        const string xml = "<domaincheckpoint><name>A</name><name>B</name></domaincheckpoint>";
        DomainCheckpointXml checkpoint = DomainCheckpointXml.Parse(xml);
        Assert.Equal("A", checkpoint.Name?.Value);
        Same.Document(xml, checkpoint.ToXml());
    }

    /// <summary>
    /// Puts up to five unknown nodes into elements that hold no text of their own; an empty one without attributes,
    /// such as <c>&lt;description/&gt;</c>, may be a text, and text put there would not be unknown.
    /// </summary>
    private static string Disturb(Random r, string xml)
    {
        XElement root = XElement.Parse(xml);
        XElement[] elements = [.. root.DescendantsAndSelf()
            .Where(e => !e.Nodes().OfType<XText>().Any() && (e.HasElements || e.HasAttributes))];
        foreach (XElement element in r.GetItems(elements, r.Next(6)))
        {
            int number = r.Next(1000);
            object unknown = r.Next(6) switch
            {
                0 => new XAttribute($"future{number}", "a\n<&\"'"),
                1 => new XAttribute(s_vendor + "future", number),
                2 => new XElement("future", new XAttribute("a", number), new XElement("disk", " text ")),
                3 => new XElement(s_vendor + "name", new XComment("inner"), new XCData("<raw>")),
                4 => new XComment($" note {number} "),
                _ => new XText($"stray {number}"),
            };
            if (unknown is XAttribute attribute)
                element.SetAttributeValue(attribute.Name, attribute.Value);
            else
                Insert(r, element, (XNode)unknown);
        }

        return root.ToString(SaveOptions.DisableFormatting);
    }

    private static void Insert(Random r, XElement element, XNode node)
    {
        XNode[] nodes = [.. element.Nodes()];
        int place = r.Next(nodes.Length + 1);
        if (place == nodes.Length)
            element.Add(node);
        else
            nodes[place].AddBeforeSelf(node);
    }
}
