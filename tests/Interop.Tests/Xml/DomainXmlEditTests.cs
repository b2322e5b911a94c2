using System.Xml.Linq;
using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Xml;

public sealed class DomainXmlEditTests
{
    private static readonly DomainXml s_domain = DomainXml.Parse(SampleDomain.Live);

    [Fact]
    public void An_edit_leaves_the_original_alone()
    {
        DomainXml renamed = s_domain.WithName("copy");
        Assert.Equal("copy", renamed.Name);
        Assert.Equal("web 1", s_domain.Name);
    }

    [Fact]
    public void A_new_name_changes_nothing_else() => Assert.Equal(
        s_domain.ToXml().Replace("<name>web 1</name>", "<name>copy</name>", StringComparison.Ordinal),
        s_domain.WithName("copy").ToXml());

    [Fact]
    public void A_new_UUID_is_the_same_in_the_SMBIOS_entry_and_changes_nothing_else()
    {
        DomainXml copy = s_domain.WithNewUuid();
        Assert.NotNull(copy.Uuid);
        Assert.NotEqual(s_domain.Uuid, copy.Uuid);
        Assert.Equal(
            s_domain.ToXml().Replace($"{s_domain.Uuid}", $"{copy.Uuid}", StringComparison.Ordinal), copy.ToXml());
        Assert.Equal(3, copy.ToXml().Split($"{copy.Uuid}").Length);
    }

    [Fact]
    public void New_MACs_are_distinct_and_in_QEMUs_range_and_change_nothing_else()
    {
        string[] old = Macs(s_domain);
        DomainXml copy = s_domain.WithNewMacs();
        string[] fresh = Macs(copy);

        Assert.Equal(2, old.Length);
        Assert.Equal(old.Length, fresh.Distinct(StringComparer.Ordinal).Count());
        Assert.All(fresh, mac => Assert.Matches("^52:54:00(:[0-9a-f]{2}){3}$", mac));
        Assert.Empty(old.Intersect(fresh, StringComparer.Ordinal));
        string expected = s_domain.ToXml();
        for (int i = 0; i < old.Length; i++)
            expected = expected.Replace(old[i], fresh[i], StringComparison.Ordinal);
        Assert.Equal(expected, copy.ToXml());
    }

    [Fact]
    public void A_disk_gets_an_image_below_it_and_policies_for_errors()
    {
        DiskName vda = DiskName.Parse("vda");
        NetworkDiskSource below = new()
        {
            Protocol = "nbd",
            Name = "vda",
            ReconnectDelaySeconds = 10,
            Hosts = [new NetworkDiskHost { Transport = "unix", Socket = "/s" }],
        };

        DomainXml copy = s_domain.WithDiskSource(vda, "/o.qcow2", ImageFormat.Qcow2)
            .WithBackingStore(vda, below, ImageFormat.Raw)
            .WithErrorPolicies(vda, "stop", "report");

        Assert.Contains("error_policy=\"stop\" rerror_policy=\"report\"", copy.ToXml(), StringComparison.Ordinal);
        Assert.Equal("stop", copy.Disks[0].ErrorPolicy);
        NetworkDiskSource read = Assert.IsType<NetworkDiskSource>(Assert.Single(copy.Disks[0].BackingChain).Source);
        Assert.Equal((10, "/s"), (read.ReconnectDelaySeconds, read.Hosts[0].Socket));
        Assert.True(copy.Disks[0].BackingChainEnds);
        Assert.DoesNotContain(
            "error_policy", copy.WithErrorPolicies(vda, null, null).ToXml(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_isolated_domain_reaches_nothing_and_its_console_is_a_file()
    {
        DomainXml domain = DomainXml.Parse(
            """
            <domain type='kvm'><name>web</name><devices>
              <disk type='file' device='disk'><source file='/d'/><target dev='vda'/></disk>
              <interface type='network'><source network='default'/></interface>
              <hostdev mode='subsystem' type='usb'/>
              <filesystem type='mount'><source dir='/srv'/><target dir='x'/></filesystem>
              <memory model='nvdimm'><source><path>/nv</path></source></memory>
              <memory model='dimm'/>
              <serial type='file'><source path='/old.log'/><target type='isa-serial' port='0'/></serial>
              <serial type='pty'/>
              <console type='file'><source path='/old.log'/></console>
              <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
              <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
              <graphics type='vnc' port='5901' autoport='no' websocket='5701'/>
            </devices></domain>
            """);

        XElement devices = XDocument.Parse(domain.WithoutOutside("/new.log").ToXml()).Root!.Element("devices")!;

        Assert.Equal(
            ["disk", "memory", "channel", "graphics", "serial"], devices.Elements().Select(e => e.Name.LocalName));
        Assert.Equal("dimm", (string?)devices.Element("memory")!.Attribute("model"));
        XElement channel = devices.Element("channel")!;
        Assert.Equal("org.qemu.guest_agent.0", (string?)channel.Element("target")!.Attribute("name"));
        XElement serial = devices.Element("serial")!;
        Assert.Equal("/new.log", (string?)serial.Element("source")!.Attribute("path"));
        Assert.Equal("isa-serial", (string?)serial.Element("target")!.Attribute("type"));
        Assert.Equal(
            """<graphics type="vnc" autoport="yes" />""", devices.Element("graphics")!.ToString());
    }

    [Fact]
    public void A_restored_disk_has_only_its_new_source()
    {
        DomainXml copy = s_domain.WithDiskSource(DiskName.Parse("vda"), "/restored/vda.raw", ImageFormat.Raw);

        Same.Document(
            """
            <disk type="file" device="disk">
              <driver name="qemu" type="raw" discard="unmap" />
              <source file="/restored/vda.raw" />
              <target dev="vda" bus="virtio" />
              <serial>S-1</serial>
              <boot order="1" />
              <alias name="virtio-disk0" />
              <address type="pci" domain="0x0000" bus="0x04" slot="0x00" function="0x0" />
            </disk>
            """,
            Disk(copy, "vda"));
        Assert.Equal(Disk(s_domain, "vdb"), Disk(copy, "vdb"));
        Assert.Empty(copy.Disks[0].BackingChain);
    }

    [Fact]
    public void A_qcow2_target_keeps_the_metadata_cache_that_only_qcow2_may_have()
    {
        DomainXml copy = s_domain.WithDiskSource(DiskName.Parse("vda"), "/restored/vda.qcow2", ImageFormat.Qcow2);
        Assert.Contains("<metadata_cache>", Disk(copy, "vda"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_disk_becomes_a_block_device_without_authentication_and_encryption()
    {
        BlockDiskSource device = new() { Path = "/dev/vg/restored" };
        DomainXml copy = s_domain
            .WithDiskSource(DiskName.Parse("vdb"), device, ImageFormat.Raw)
            .WithDiskSource(DiskName.Parse("vdc"), device, ImageFormat.Raw);
        Same.Document(
            """
            <disk type="block" device="disk">
              <driver type="raw" />
              <source dev="/dev/vg/restored" />
              <target dev="vdb" bus="virtio" />
              <shareable />
            </disk>
            """,
            Disk(copy, "vdb"));
        Assert.False(copy.Disks[2].IsEncrypted);
    }

    [Fact]
    public void An_empty_drive_gets_a_source()
    {
        DomainXml copy = s_domain.WithDiskSource(DiskName.Parse("sda"), "/iso", ImageFormat.Raw);
        Assert.Equal(new FileDiskSource { Path = "/iso" }, copy.Disks[3].Source);
    }

    [Fact]
    public void A_disk_that_is_not_there_is_named()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(
            () => s_domain.WithDiskSource(DiskName.Parse("vdz"), "/x", ImageFormat.Raw));
        Assert.Contains("the domain has no disk 'vdz'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_backing_stores_no_disk_names_a_chain()
    {
        DomainXml copy = s_domain.WithoutBackingStore();
        Assert.DoesNotContain("backingStore", copy.ToXml(), StringComparison.Ordinal);
        Assert.All(copy.Disks, d => Assert.Empty(d.BackingChain));
        Assert.Equal(s_domain.Disks[0].Source, copy.Disks[0].Source);
    }

    [Fact]
    public void A_variable_store_is_moved_in_both_of_its_forms()
    {
        DomainXml copy = s_domain.WithNvram("/copy.fd");
        Assert.Equal("/copy.fd", copy.Nvram?.FilePath);
        Assert.Equal("/usr/share/OVMF/OVMF_VARS.fd", copy.Nvram?.Template);
        DomainXml other = DomainXml.Parse(
            "<domain><name>d</name><os><nvram type='file'><source file='/a'/></nvram></os></domain>").WithNvram("/b");
        Same.Document("<domain><name>d</name><os><nvram>/b</nvram></os></domain>", other.ToXml());
        Assert.Throws<InvalidOperationException>(
            () => DomainXml.Parse("<domain><name>d</name></domain>").WithNvram("/b"));
    }

    [Fact]
    public void Firmware_that_libvirt_chooses_gets_a_store_and_is_no_longer_chosen_when_it_is_named()
    {
        const string Features = "<firmware><feature enabled='yes' name='secure-boot'/></firmware>";
        DomainXml chosen = DomainXml.Parse($"<domain><name>d</name><os firmware='efi'>{Features}</os></domain>");
        Same.Document(
            $"<domain><name>d</name><os firmware='efi'>{Features}<nvram>/b</nvram></os></domain>",
            chosen.WithNvram("/b").WithBootFiles("/l2", null, null).ToXml());
        DomainXml named = DomainXml.Parse(
            $"<domain><name>d</name><os firmware='efi'>{Features}<loader>/l</loader></os></domain>");
        Same.Document(
            "<domain><name>d</name><os><loader>/l2</loader></os></domain>",
            named.WithBootFiles("/l2", null, null).ToXml());
    }

    [Fact]
    public void Boot_files_disks_and_sockets_of_channels_can_be_changed_and_the_rest_stays()
    {
        DomainXml domain = DomainXml.Parse(
            "<domain><name>d</name><os><loader type='pflash'>/l</loader><kernel>/k</kernel></os><devices>"
            + "<disk type='file'><target dev='vda'/></disk><disk type='file'><target dev='vdb'/></disk>"
            + "<channel type='unix'><source mode='bind' path='/s'/><target type='virtio'/></channel>"
            + "<channel type='unix'><source mode='connect' path='/c'/><target type='virtio'/></channel>"
            + "</devices></domain>");
        DomainXml copy = domain.WithBootFiles("/l2", "/k2", "/i2").WithoutDisk(DiskName.Parse("vda"))
            .WithoutChannelPaths();
        Same.Document(
            "<domain><name>d</name><os><loader type='pflash'>/l2</loader><kernel>/k2</kernel></os><devices>"
            + "<disk type='file'><target dev='vdb'/></disk>"
            + "<channel type='unix'><target type='virtio'/></channel>"
            + "<channel type='unix'><source mode='connect' path='/c'/><target type='virtio'/></channel>"
            + "</devices></domain>",
            copy.ToXml());
        Assert.Throws<ArgumentException>(() => copy.WithoutDisk(DiskName.Parse("vda")));
    }

    [Fact]
    public void An_edited_domain_is_valid_against_the_schema()
    {
        Rng.SkipUnlessInstalled();
        DomainXml copy = s_domain.WithName("copy").WithNewUuid().WithNewMacs().WithoutBackingStore()
            .WithDiskSource(DiskName.Parse("vda"), "/restored/vda.qcow2", ImageFormat.Qcow2)
            .WithDiskSource(DiskName.Parse("vdb"), new BlockDiskSource { Path = "/dev/x" }, ImageFormat.Raw)
            .WithDiskSource(DiskName.Parse("sda"), "/iso", ImageFormat.Raw)
            .WithNvram("/copy.fd").WithoutChannelPaths();
        Rng.AssertValid("domain", copy.ToXml(), s_domain.ToXml());
    }

    private static string[] Macs(DomainXml domain) =>
        [.. XElement.Parse(domain.ToXml()).Descendants("mac").Select(m => (string)m.Attribute("address")!)];

    private static string Disk(DomainXml domain, string target) => XElement.Parse(domain.ToXml())
        .Descendants("disk").Single(d => (string?)d.Element("target")?.Attribute("dev") == target).ToString();
}
