using LibvirtBackup.Bitmaps;
using Xunit;

namespace LibvirtBackup.Tests.Bitmaps;

public sealed class BitmapOwnerTests
{
    public static TheoryData<string, object> Names => new()
    {
        { "lvb.3f2a.nightly.4.17.00ff9a", new BitmapOwner.Product("3f2a", "nightly", 4, 17) },
        { "libvirt-tmp-activewrite", new BitmapOwner.Libvirt() },
        { "libvirt-migration-vda", new BitmapOwner.Libvirt() },
        { "backup-vda", new BitmapOwner.Libvirt() },
        { "lvb.3f2a.nightly.4.17", new BitmapOwner.Foreign() },
        { "lvb.3f2a.nightly.4.x.00ff9a", new BitmapOwner.Foreign() },
        { "Backup-vda", new BitmapOwner.Foreign() },
        { "libvirt", new BitmapOwner.Foreign() },
        { "", new BitmapOwner.Foreign() },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void The_owner_is_read_from_the_name(string name, object owner) =>
        Assert.Equal(owner, BitmapOwner.Of(name));
}
