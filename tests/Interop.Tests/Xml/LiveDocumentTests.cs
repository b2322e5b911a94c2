using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Xml;

/// <summary>Documents as libvirt 9.0.0 wrote them about one running domain (only the paths were changed).</summary>
public sealed class LiveDocumentTests
{
    public static TheoryData<string, Func<string, string>> Documents => new()
    {
        { "domaincheckpoint-9.0.xml", xml => DomainCheckpointXml.Parse(xml).ToXml() },
        { "domainbackup-9.0.xml", xml => DomainBackupXml.Parse(xml).ToXml() },
        { "domainsnapshot-9.0.xml", xml => DomainSnapshotXml.Parse(xml).ToXml() },
        { "domain-9.0.xml", xml => DomainXml.Parse(xml).ToXml() },
    };

    [Theory]
    [MemberData(nameof(Documents), DisableDiscoveryEnumeration = true)]
    public void A_live_document_is_written_back_node_by_node(string name, Func<string, string> roundTrip) =>
        Same.Document(Read(name), roundTrip(Read(name)));

    [Fact]
    public void The_models_name_all_that_libvirt_wrote()
    {
        DomainCheckpointXml checkpoint = DomainCheckpointXml.Parse(Read("domaincheckpoint-9.0.xml"));
        DomainBackupXml backup = DomainBackupXml.Parse(Read("domainbackup-9.0.xml"));
        DomainSnapshotXml snapshot = DomainSnapshotXml.Parse(Read("domainsnapshot-9.0.xml"));
        Assert.All(
            (XmlRemainder[])[checkpoint.Remainder, backup.Remainder, snapshot.Remainder],
            remainder => Assert.Equal(string.Empty, remainder.ToString()));
        Assert.All(checkpoint.Disks, d => Assert.True(d.Remainder.IsEmpty));
        Assert.All(backup.Disks, d => Assert.True(d.Remainder.IsEmpty));
        Assert.All(snapshot.Disks, d => Assert.True(d.Remainder.IsEmpty));
    }

    [Fact]
    public void The_chain_of_a_running_disk_has_the_index_of_every_image()
    {
        DomainDisk disk = DomainXml.Parse(Read("domain-9.0.xml")).Disks[0];
        Assert.Equal(6, disk.Source?.Index);
        Assert.Equal([3, 4], disk.BackingChain.Select(l => l.Index!.Value));
        Assert.Equal(
            ["/images/top.qcow2", "/images/base.qcow2"],
            disk.BackingChain.Select(l => Assert.IsType<FileDiskSource>(l.Source).Path));
        Assert.True(disk.BackingChainEnds);
    }

    private static string Read(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Xml", "Documents", name));
}
