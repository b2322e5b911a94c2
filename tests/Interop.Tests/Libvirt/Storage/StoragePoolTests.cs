using System.Xml.Linq;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Storage;

public sealed class StoragePoolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pool_is_found_by_name_uuid_and_in_the_list()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using StoragePool byName = await connection.LookupStoragePoolAsync("pool-one", Token);
        using StoragePool byUuid = await connection.LookupStoragePoolAsync(byName.Uuid, Token);
        IReadOnlyList<StoragePool> all = await connection.ListStoragePoolsAsync(cancellationToken: Token);
        Assert.All(all, pool => pool.Dispose());

        Assert.Equal("pool-one", byUuid.Name);
        Assert.Equal(["pool-one"], all.Select(pool => pool.Name));
        Assert.True(await byName.IsActiveAsync(Token));
        StoragePoolInfo info = await byName.GetInfoAsync(Token);
        Assert.Equal(VirStoragePoolState.Running, info.State);
        Assert.True(info.Capacity > 0);
        LibvirtException none = await Assert.ThrowsAsync<LibvirtException>(
            () => connection.LookupStoragePoolAsync("two", Token));
        Assert.Equal(VirErrorNumber.NoStoragePool, none.Code);
    }

    [Fact]
    public async Task The_life_of_a_pool()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        const string xml = "<pool type='dir'><name>two</name><target><path>/two</path></target></pool>";
        using StoragePool pool = await connection.DefineStoragePoolAsync(xml, cancellationToken: Token);

        Assert.False(await pool.IsActiveAsync(Token));
        await pool.BuildAsync(cancellationToken: Token);
        await pool.StartAsync(cancellationToken: Token);
        Assert.True(await pool.IsActiveAsync(Token));
        await pool.RefreshAsync(Token);
        Assert.Equal("pool", XElement.Parse(await pool.GetXmlAsync(cancellationToken: Token)).Name);
        await pool.StopAsync(Token);
        await pool.UndefineAsync(Token);
        LibvirtException gone = await Assert.ThrowsAsync<LibvirtException>(() => pool.GetInfoAsync(Token));
        Assert.Equal(VirErrorNumber.NoStoragePool, gone.Code);

        using StoragePool transient = await connection.CreateStoragePoolAsync(xml, cancellationToken: Token);
        Assert.True(await transient.IsActiveAsync(Token));
    }

    [Fact]
    public async Task Volumes_are_created_looked_up_described_and_deleted()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using StoragePool pool = await connection.LookupStoragePoolAsync("pool-one", Token);
        using StorageVolume volume = await pool.CreateVolumeAsync(
            "<volume><name>v</name><capacity unit='MiB'>8</capacity></volume>", cancellationToken: Token);

        Assert.Equal("/guest/v", await volume.GetPathAsync(Token));
        Assert.Equal(8L << 20, (await volume.GetInfoAsync(Token)).Capacity);
        Assert.Equal("v", XElement.Parse(await volume.GetXmlAsync(Token)).Element("name")!.Value);
        using (StorageVolume byName = await pool.LookupVolumeAsync("v", Token))
            Assert.Equal(volume.Key, byName.Key);
        using (StorageVolume byPath = await connection.LookupStorageVolumeByPathAsync("/guest/v", Token))
            Assert.Equal(volume.Key, byPath.Key);
        using (StorageVolume byKey = await connection.LookupStorageVolumeByKeyAsync(volume.Key, Token))
            Assert.Equal("v", byKey.ToString());
        using (StoragePool home = await volume.GetPoolAsync(Token))
            Assert.Equal(pool.Uuid, home.Uuid);
        IReadOnlyList<StorageVolume> all = await pool.ListVolumesAsync(Token);
        Assert.All(all, one => one.Dispose());
        Assert.Contains("v", all.Select(one => one.Name));

        await volume.DeleteAsync(cancellationToken: Token);
        LibvirtException gone = await Assert.ThrowsAsync<LibvirtException>(() => pool.LookupVolumeAsync("v", Token));
        Assert.Equal(VirErrorNumber.NoStorageVol, gone.Code);
    }
}
