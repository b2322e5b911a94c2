using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Planning;

public sealed class DiskSelectionTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    [Fact]
    public void Drives_that_hold_no_data_of_the_domain_are_left_out_with_a_line_each()
    {
        var selection = Select(
            Disk("vda", "qcow2", "/img/a"),
            "<disk type='file' device='cdrom'><target dev='sda'/></disk>",
            "<disk type='file' device='cdrom'><source file='/iso'/><target dev='sdb'/><readonly/></disk>",
            "<disk type='file' device='floppy'><source file='/fd'/><target dev='fda'/></disk>",
            "<disk type='block' device='lun'><source dev='/dev/sdz'/><target dev='sdc'/></disk>",
            "<disk type='file' device='disk'><source file='/ro'/><target dev='vdb'/><readonly/></disk>");
        Assert.Equal(["vda"], selection.Disks.Select(disk => disk.Name));
        Assert.Equal(
            [
                "disk 'sda' is an empty drive: left out",
                "disk 'sdb' is a cdrom drive: left out",
                "disk 'fda' is a floppy drive: left out",
                "disk 'sdc' is a SCSI device passed through to the guest, which QEMU cannot track or copy: left out",
                "disk 'vdb' is read-only: left out",
            ],
            selection.Warnings);
    }

    [Fact]
    public void A_disk_that_others_may_write_to_is_taken_with_a_line()
    {
        var selection = Select(
            Disk("vda", "qcow2", "/img/a"),
            "<disk type='block' device='disk'><driver type='raw'/><source dev='/dev/sdz'/><target dev='vdb'/>"
                + "<shareable/></disk>");
        Assert.Equal(["vda", "vdb"], selection.Disks.Select(disk => disk.Name));
        Assert.StartsWith("disk 'vdb' is shareable: ", Assert.Single(selection.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Disks_that_cannot_hold_a_bitmap_are_taken_and_say_why()
    {
        var old = _directory.File("old.qcow2");
        File.WriteAllBytes(old, [.. "QFI"u8, 0xfb, 0, 0, 0, 2]);
        var current = _directory.File("new.qcow2");
        File.WriteAllBytes(current, [.. "QFI"u8, 0xfb, 0, 0, 0, 3]);
        var selection = Select(
            Disk("vda", "raw", "/img/a"), Disk("vdb", "qcow2", old), Disk("vdc", "qcow2", current),
            "<disk type='network' device='disk'><driver type='raw'/><source protocol='nbd' name='x'><host name='h'/>"
                + "</source><target dev='vdd'/></disk>");
        Assert.Equal([true, true, false, true], selection.Disks.Select(disk => disk.Untrackable is not null));
        Assert.Contains("raw", selection.Disks[0].Untrackable, StringComparison.Ordinal);
        Assert.Contains("version 2", selection.Disks[1].Untrackable, StringComparison.Ordinal);
        Assert.Null(selection.Disks[3].Path);
    }

    [Fact]
    public void Only_the_disks_asked_for_are_taken()
    {
        var disks = new[] { Disk("vda", "qcow2", "/a"), Disk("vdb", "qcow2", "/b"), Disk("vdc", "qcow2", "/c") };
        Assert.Equal(["vdb"], Names(new BackupRequest { Domain = "vm", Disks = ["vdb"] }, disks));
        Assert.Equal(["vda", "vdc"], Names(new BackupRequest { Domain = "vm", Exclude = ["vdb"] }, disks));
    }

    [Theory]
    [InlineData("vdz", "it has vda, sda")]
    [InlineData("sda", "is an empty drive")]
    public void A_disk_asked_for_that_cannot_be_taken_is_an_error(string name, string reason)
    {
        var request = new BackupRequest { Domain = "vm", Disks = [name] };
        var e = Assert.Throws<BackupException>(() => DiskSelection.Select(
            Domain(Disk("vda", "qcow2", "/a"), "<disk type='file' device='cdrom'><target dev='sda'/></disk>"),
                request));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_domain_without_disks_is_an_error()
    {
        var e = Assert.Throws<BackupException>(() => Select());
        Assert.Equal(FailureKind.NotSupported, e.Kind);
    }

    public void Dispose() => _directory.Dispose();

    private static string[] Names(BackupRequest request, string[] disks) =>
        [.. DiskSelection.Select(Domain(disks), request).Disks.Select(disk => disk.Name)];

    private static DiskSelection Select(params string[] disks) =>
        DiskSelection.Select(Domain(disks), new BackupRequest { Domain = "vm" });

    private static DomainXml Domain(params string[] disks) =>
        DomainXml.Parse($"<domain type='qemu'><name>vm</name><devices>{string.Concat(disks)}</devices></domain>");

    private static string Disk(string target, string format, string path) =>
        $"<disk type='file' device='disk'><driver name='qemu' type='{format}'/><source file='{path}'/>"
        + $"<target dev='{target}'/></disk>";
}
