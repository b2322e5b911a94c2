using LibvirtBackup.InstantRecovery;
using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Domain.Tests.InstantRecovery;

/// <summary>What a definition says while a domain runs from the repository, and after.</summary>
public sealed class InstantDefinitionTests
{
    private const string Stored = """
        <domain type='qemu'><name>web</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid><devices>
        <disk type='file' device='disk'><driver name='qemu' type='qcow2' error_policy='report'/>
        <source file='/i/vda.qcow2'/><target dev='vda' bus='virtio'/></disk>
        <disk type='file' device='cdrom'><source file='/i/cd.iso'/><target dev='sda' bus='sata'/><readonly/></disk>
        </devices></domain>
        """;

    private static readonly InstantDomain s_domain = InstantNotes.Make("web") with
    {
        Disks = [new InstantDisk { Target = "vda", Image = "/i/vda.qcow2", SizeBytes = 1, ErrorPolicy = "report" }],
        Socket = "/i/lvbackup.nbd",
    };

    private static DomainXml Attached =>
        InstantDefinition.Attach(DomainXml.Parse(Stored), s_domain.Disks, s_domain.Socket);

    [Fact]
    public void The_server_lies_below_each_image_and_no_error_of_it_reaches_the_guest()
    {
        var disk = Attached.Disks[0];

        var below = Assert.IsType<NetworkDiskSource>(Assert.Single(disk.BackingChain).Source);
        Assert.Equal(("nbd", "vda", "/i/lvbackup.nbd"), (below.Protocol, below.Name, below.Hosts[0].Socket));
        Assert.Equal(ImageFormat.Raw, disk.BackingChain[0].Format);
        Assert.True(disk.BackingChainEnds);
        Assert.Equal(("stop", "stop"), (disk.ErrorPolicy, disk.ReadErrorPolicy));
        Assert.Empty(Attached.Disks[1].BackingChain);
    }

    [Fact]
    public void A_finished_domain_has_its_own_policies_again_and_no_server()
    {
        var disk = InstantDefinition.Detach(Attached, s_domain).Disks[0];

        Assert.Equal(("report", null), (disk.ErrorPolicy, disk.ReadErrorPolicy));
        Assert.Empty(disk.BackingChain);
        Assert.Equal("/i/vda.qcow2", disk.LocalPath);
    }

    [Theory]
    [InlineData("/i/vda.qcow2", true)]
    [InlineData("/other/vda.qcow2", false)]
    public void A_domain_that_uses_none_of_the_images_is_somebody_elses(string image, bool isOurs)
    {
        var definition = DomainXml.Parse(Stored).WithDiskSource(DiskName.Parse("vda"), image, ImageFormat.Qcow2);

        Assert.Equal(isOurs, InstantDefinition.IsOf(definition, s_domain));
    }

    [Fact]
    public void A_domain_with_a_snapshot_above_the_image_is_ours()
    {
        var definition = DomainXml.Parse(Stored)
            .WithDiskSource(DiskName.Parse("vda"), "/i/snapshot.qcow2", ImageFormat.Qcow2)
            .WithBackingStore(
                DiskName.Parse("vda"), new FileDiskSource { Path = "/i/vda.qcow2" }, ImageFormat.Qcow2);

        Assert.True(InstantDefinition.IsOf(definition, s_domain));
    }
}
