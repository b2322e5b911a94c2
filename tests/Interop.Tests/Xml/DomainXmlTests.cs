using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Xml;

public sealed class DomainXmlTests
{
    [Fact]
    public void Disks_of_another_host_have_no_path_here()
    {
        DomainXml domain = DomainXml.Parse(SampleDomain.Live);
        Assert.Contains(domain.Disks, disk => disk.LocalPath is not null);
        Assert.DoesNotContain(domain.OnOtherHost().Disks, disk => disk.LocalPath is not null);
        Assert.DoesNotContain(domain.OnOtherHost().WithName("b").Disks, disk => disk.LocalPath is not null);
        Assert.Equal(domain.ToXml(), domain.OnOtherHost().ToXml());
    }

    [Fact]
    public void Identity_and_boot_are_read()
    {
        DomainXml domain = DomainXml.Parse(SampleDomain.Live);

        Assert.Equal("kvm", domain.Type);
        Assert.Equal(7, domain.Id);
        Assert.Equal("web 1", domain.Name);
        Assert.Equal(Guid.Parse("4dea22b3-1d52-d8f3-2516-782e98ab3fa0"), domain.Uuid);
        Assert.Equal("efi", domain.Firmware);
        Assert.Equal(
            new DomainLoader
            {
                Path = "/usr/share/OVMF/OVMF_CODE.fd",
                Type = "pflash",
                IsReadOnly = true,
                IsSecure = true,
            },
            domain.Loader);
        Assert.Equal("/nvram/web1.fd", domain.Nvram?.FilePath);
        Assert.Equal("/usr/share/OVMF/OVMF_VARS.fd", domain.Nvram?.Template);
        Assert.Equal("/boot/vmlinuz", domain.Kernel);
        Assert.Equal("/boot/initrd", domain.Initrd);
        Assert.Equal("console=ttyS0", domain.CommandLine);
        Assert.Equal(
            [
                new DomainTpm
                {
                    Model = "tpm-crb",
                    Backend = "emulator",
                    Version = "2.0",
                    PersistentState = true,
                    EncryptionSecret = Guid.Parse("6dd3e4a5-1d76-44ce-961f-f119f5aad935"),
                },
            ],
            domain.Tpms);
    }

    [Fact]
    public void A_running_qcow2_disk_is_read_with_its_chain()
    {
        DomainDisk disk = DomainXml.Parse(SampleDomain.Live).Disks[0];

        Assert.Equal("vda", disk.Target.Value);
        Assert.Equal("virtio", disk.Bus);
        Assert.Equal(DiskDevice.Disk, disk.Device);
        Assert.Equal(ImageFormat.Qcow2, disk.DriverType);
        Assert.Equal("/img/top.qcow2", Assert.IsType<FileDiskSource>(disk.Source).Path);
        Assert.Equal(4, disk.Source?.Index);
        Assert.Equal("virtio-disk0", disk.Alias);
        Assert.Equal("S-1", disk.Serial);
        Assert.Equal("active-commit", disk.MirrorJob);
        Assert.False(disk.IsReadOnly || disk.IsShareable || disk.IsTransient || disk.IsEncrypted || disk.IsEmpty);
        Assert.Equal(
            [
                new BackingLayer
                {
                    Source = new BlockDiskSource { Path = "/dev/vg/mid" },
                    Format = ImageFormat.Qcow2,
                    Index = 3,
                },
                new BackingLayer
                {
                    Source = new FileDiskSource { Path = "/img/base.raw" },
                    Format = ImageFormat.Raw,
                    Index = 1,
                },
            ],
            disk.BackingChain.Select(l => l with { Source = l.Source! with { Remainder = XmlRemainder.Empty } }));
        Assert.True(disk.BackingChainEnds);
    }

    [Fact]
    public void Every_kind_of_disk_is_read()
    {
        ValueList<DomainDisk> disks = DomainXml.Parse(SampleDomain.Live).Disks;

        NetworkDiskSource network = Assert.IsType<NetworkDiskSource>(disks[1].Source);
        Assert.Equal("rbd", network.Protocol);
        Assert.Equal("pool/image", network.Name);
        Assert.Equal(["mon1", "mon2"], network.Hosts.Select(h => h.Name!));
        Assert.True(disks[1].IsShareable);
        VolumeDiskSource volume = Assert.IsType<VolumeDiskSource>(disks[2].Source);
        Assert.Equal("default", volume.Pool);
        Assert.Equal("v.img", volume.Volume);
        Assert.True(disks[2].IsTransient);
        Assert.True(disks[2].IsEncrypted);
        Assert.True(disks[3].IsEmpty);
        Assert.True(disks[3].IsReadOnly);
        Assert.Equal(DiskDevice.Cdrom, disks[3].Device);
        Assert.Equal("nvme", Assert.IsType<OtherDiskSource>(disks[4].Source).Type.Value);
        Assert.Equal(new BlockDiskSource { Path = "/dev/sdx" }, disks[5].Source);
        Assert.Equal(DiskDevice.Lun, disks[5].Device);
        Assert.Null(disks[5].DriverType);
        Assert.False(disks[5].BackingChainEnds);
    }

    [Theory]
    [InlineData("<target type='virtio' name='com.redhat.spice.0'/>", GuestAgentChannel.Absent)]
    [InlineData("<target name='org.qemu.guest_agent.0'/>", GuestAgentChannel.Present)]
    [InlineData("<target name='org.qemu.guest_agent.0' state='disconnected'/>", GuestAgentChannel.Disconnected)]
    [InlineData("<target name='org.qemu.guest_agent.0' state='connected'/>", GuestAgentChannel.Connected)]
    public void The_channel_of_the_guest_agent_is_found_among_others(string target, GuestAgentChannel expected)
    {
        string devices = $"<channel/><channel>{target}</channel>";
        Assert.Equal(
            expected, DomainXml.Parse($"<domain><name>d</name><devices>{devices}</devices></domain>").GuestAgent);
    }

    [Theory]
    [InlineData("<nvram>/a.fd</nvram>", "/a.fd")]
    [InlineData("<nvram template='/t'/>", null)]
    [InlineData("<nvram type='file'>\n<source file='/b.fd'/>\n</nvram>", "/b.fd")]
    [InlineData("<nvram type='network'><source protocol='nbd' name='x'/></nvram>", null)]
    public void The_variable_store_is_found_in_both_of_its_forms(string nvram, string? path)
    {
        DomainXml domain = DomainXml.Parse($"<domain><name>d</name><os>{nvram}</os></domain>");
        Assert.NotNull(domain.Nvram);
        Assert.Equal(path, domain.Nvram.FilePath);
    }

    [Fact]
    public void A_minimal_domain_is_read()
    {
        DomainXml domain = DomainXml.Parse("<domain><name>d</name></domain>");
        Assert.Null(domain.Id);
        Assert.Null(domain.Uuid);
        Assert.Null(domain.Loader);
        Assert.Null(domain.Nvram);
        Assert.Empty(domain.Tpms);
        Assert.Empty(domain.Disks);
        Assert.Equal(GuestAgentChannel.Absent, domain.GuestAgent);
    }

    [Theory]
    [InlineData("<domain/>", "it has no <name>")]
    [InlineData("<domain><name>d</name><uuid>x</uuid></domain>", "in <domain>: ")]
    [InlineData("<domain><name>d</name><devices><disk/></devices></domain>", "in <disk>: it has no <target>")]
    public void A_domain_that_lacks_what_backup_needs_is_refused(string xml, string message)
    {
        LibvirtXmlException e = Assert.Throws<LibvirtXmlException>(() => DomainXml.Parse(xml));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_is_kept_to_the_last_space()
    {
        string xml = SampleDomain.Live.Replace('\'', '"');
        Assert.Equal(xml, DomainXml.Parse(xml).ToXml().Replace(" />", "/>", StringComparison.Ordinal));
    }
}
