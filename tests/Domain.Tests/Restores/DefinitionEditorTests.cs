using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using LibvirtBackup.Restores.Definitions;
using LibvirtBackup.Restores.Targets.Qcow2;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Restores;

/// <summary>What becomes of a definition.</summary>
public sealed class DefinitionEditorTests
{
    private const string Stored = """
        <domain type='qemu'><name>web</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>
        <os><type>hvm</type><loader readonly='yes' type='pflash'>/fw/CODE.fd</loader><nvram>/fw/VARS.fd</nvram>
        <kernel>/boot/k</kernel></os>
        <devices>
        <disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='rbd' name='p/i'/>
        <target dev='vda' bus='virtio'/></disk>
        <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/i/vdb.qcow2'/>
        <target dev='vdb' bus='virtio'/></disk>
        <disk type='file' device='cdrom'><source file='/i/cd.iso'/><target dev='sda' bus='sata'/><readonly/></disk>
        <interface type='network'><mac address='52:54:00:11:22:33'/><source network='default'/></interface>
        <channel type='unix'><source mode='bind' path='/run/agent'/>
        <target type='virtio' name='org.qemu.guest_agent.0'/></channel>
        </devices></domain>
        """;

    private readonly List<string> _warnings = [];

    [Fact]
    public void A_new_identity_shares_nothing_with_the_old_domain_that_either_could_write()
    {
        var domain = Edit("web2", keepIdentity: false, [Disk("vda", "/new/vda.qcow2", DiskFormat.Qcow2)]);

        Assert.Equal("web2", domain.Name);
        Assert.NotEqual(DomainXml.Parse(Stored).Uuid, domain.Uuid);
        var xml = domain.ToXml();
        Assert.DoesNotContain("52:54:00:11:22:33", xml, StringComparison.Ordinal);
        Assert.DoesNotContain("/run/agent", xml, StringComparison.Ordinal);
        Assert.Equal(["vda", "sda"], domain.Disks.Select(disk => disk.Target.Value));
        Assert.Equal("/new/vda.qcow2", Assert.IsType<FileDiskSource>(domain.Disks[0].Source).Path);
        Assert.Equal(ImageFormat.Qcow2, domain.Disks[0].DriverType);
        Assert.Contains("'vdb'", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_kept_identity_changes_only_where_the_disks_are()
    {
        var domain = Edit(
            "web",
            keepIdentity: true,
            [
                Disk("vda", "/dev/x", DiskFormat.Raw, DestinationKind.EmptyDevice),
                Disk("vdb", "/new/vdb.raw", DiskFormat.Raw),
            ]);

        Assert.Equal(DomainXml.Parse(Stored).Uuid, domain.Uuid);
        Assert.Contains("52:54:00:11:22:33", domain.ToXml(), StringComparison.Ordinal);
        Assert.Contains("/run/agent", domain.ToXml(), StringComparison.Ordinal);
        Assert.Equal("/dev/x", Assert.IsType<BlockDiskSource>(domain.Disks[0].Source).Path);
        Assert.Equal(ImageFormat.Raw, domain.Disks[1].DriverType);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Files_that_were_put_elsewhere_are_named_and_the_others_stay()
    {
        var domain = Edit(
            "web", keepIdentity: true, [Disk("vda", "/n/a", DiskFormat.Raw), Disk("vdb", "/n/b", DiskFormat.Raw)],
            (AttachmentRole.Nvram, "/n/nvram.fd"), (AttachmentRole.Kernel, "/n/kernel"));
        Assert.Equal("/n/nvram.fd", domain.Nvram!.FilePath);
        Assert.Equal(("/n/kernel", "/fw/CODE.fd"), (domain.Kernel, domain.Loader!.Path));
    }

    [Fact]
    public void Firmware_that_libvirt_chose_uses_the_restored_variables_and_is_named_when_it_moved()
    {
        var chosen = Stored.Replace("<os>", "<os firmware='efi'>", StringComparison.Ordinal);
        var older = chosen.Replace("<nvram>/fw/VARS.fd</nvram>", "", StringComparison.Ordinal);
        DiskDestination[] disks = [Disk("vda", "/n/a", DiskFormat.Raw), Disk("vdb", "/n/b", DiskFormat.Raw)];
        var files = new Dictionary<AttachmentRole, string> { [AttachmentRole.Nvram] = "/n/nvram.fd" };
        var unnamed = DefinitionEditor.Edit(DomainXml.Parse(older), "web", true, disks, files, _warnings);
        Assert.Equal(("efi", "/n/nvram.fd"), (unnamed.Firmware, unnamed.Nvram!.FilePath));
        files[AttachmentRole.Loader] = "/n/loader.fd";
        var moved = DefinitionEditor.Edit(DomainXml.Parse(chosen), "web", true, disks, files, _warnings);
        Assert.Equal((null, "/n/loader.fd", "/n/nvram.fd"), (moved.Firmware, moved.Loader!.Path, moved.Nvram!.Path));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_disk_that_was_plugged_in_only_is_told()
    {
        var domain = Edit(
            "web", keepIdentity: true,
            [
                Disk("vda", "/n/a", DiskFormat.Raw), Disk("vdb", "/n/b", DiskFormat.Raw),
                Disk("vdc", "/n/c", DiskFormat.Raw),
            ]);
        Assert.Equal(3, domain.Disks.Count);
        Assert.Contains("'/n/c'", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    private static DiskDestination Disk(
        string name, string path, DiskFormat format, DestinationKind kind = DestinationKind.NewFile) => new()
    {
        Disk = TestPoints.Disk(name),
        Path = path,
        Format = format,
        Kind = kind,
        Qcow2 = new Qcow2Options(),
    };

    private DomainXml Edit(
        string name, bool keepIdentity, IReadOnlyList<DiskDestination> disks,
        params (AttachmentRole Role, string Path)[] files) => DefinitionEditor.Edit(
        DomainXml.Parse(Stored), name, keepIdentity, disks,
        files.ToDictionary(file => file.Role, file => file.Path), _warnings);
}
