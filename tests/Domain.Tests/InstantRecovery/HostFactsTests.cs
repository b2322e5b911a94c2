using LibvirtBackup.InstantRecovery;
using LibvirtBackup.InstantRecovery.Mounts;
using Xunit;

namespace LibvirtBackup.Domain.Tests.InstantRecovery;

/// <summary>What the host and its tools say.</summary>
public sealed class HostFactsTests
{
    [Theory]
    [InlineData("<secmodel><model>dac</model><baselabel type='kvm'>+64055:+108</baselabel></secmodel>", 108u)]
    [InlineData("<secmodel><model>selinux</model><baselabel type='kvm'>system_u:x</baselabel></secmodel>", null)]
    [InlineData("", null)]
    public void QEMUs_group_is_in_the_capabilities_where_libvirt_changes_owners(string model, uint? group) =>
        Assert.Equal(
            (group is null ? null : 64055u, group),
            QemuOwner.Find($"<capabilities><host>{model}</host></capabilities>"));

    [Theory]
    [InlineData("/mnt/old", true)]
    [InlineData("/mnt/with space", true)]
    [InlineData("/mnt", false)]
    [InlineData("/old", false)]
    public void A_mount_point_is_found_as_the_kernel_writes_it(string directory, bool isThere) =>
        Assert.Equal(isThere, MountTable.Has(
            [
                "36 35 98:0 /old /mnt/old rw,noatime master:1 - ext3 /dev/root rw",
                @"37 35 98:0 / /mnt/with\040space rw - fuse nbdfuse ro",
            ],
            directory));

    [Fact]
    public void Partitions_are_read_in_bytes_and_an_extended_one_is_left_out() => Assert.Equal(
        [new DiskPartition(1, 1 << 20, 100 << 20), new DiskPartition(5, 300 << 20, 50 << 20)],
        DiskPartition.Parse("1 2048 204800\n5 614400 102400\n2 612352 2\n"));
}
