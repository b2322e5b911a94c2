using System.Xml.Linq;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Tests.Libvirt.Events;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Secrets;

[Collection(EventLoopCollection.Name)]
public sealed class LibvirtSecretTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_secret_keeps_its_bytes_and_is_found_by_what_it_is_for()
    {
        using PrivateDaemon daemon = await PrivateDaemon.StartAsync(Token);
        await using LibvirtConnection connection =
            await LibvirtConnection.OpenAsync(daemon.SecretUri, cancellationToken: Token);
        byte[] value = [0, 1, 2, 255, 0];
        using LibvirtSecret secret = await connection.DefineSecretAsync(
            "<secret><usage type='volume'><volume>/disk.img</volume></usage></secret>", cancellationToken: Token);

        LibvirtException empty = await Assert.ThrowsAsync<LibvirtException>(() => secret.GetValueAsync(Token));
        Assert.Equal(VirErrorNumber.NoSecret, empty.Code);
        await secret.SetValueAsync(value, Token);
        Assert.Equal(value, await secret.GetValueAsync(Token));
        Assert.Equal("secret", XElement.Parse(await secret.GetXmlAsync(Token)).Name);

        using (LibvirtSecret byUse =
            await connection.LookupSecretAsync(VirSecretUsageType.Volume, "/disk.img", Token))
        {
            Assert.Equal(secret.Uuid, byUse.Uuid);
            Assert.Equal(VirSecretUsageType.Volume, byUse.UsageType);
            Assert.Equal("/disk.img", byUse.UsageId);
        }

        using (LibvirtSecret byUuid = await connection.LookupSecretAsync(secret.Uuid, Token))
            Assert.Equal("/disk.img", byUuid.UsageId);
        IReadOnlyList<LibvirtSecret> all = await connection.ListSecretsAsync(cancellationToken: Token);
        Assert.All(all, one => one.Dispose());
        Assert.Equal([secret.Uuid], all.Select(one => one.Uuid));

        await secret.UndefineAsync(Token);
        LibvirtException gone = await Assert.ThrowsAsync<LibvirtException>(
            () => connection.LookupSecretAsync(secret.Uuid, Token));
        Assert.Equal(VirErrorNumber.NoSecret, gone.Code);
    }

    [Fact]
    public async Task A_private_secret_is_not_told()
    {
        using PrivateDaemon daemon = await PrivateDaemon.StartAsync(Token);
        await using LibvirtConnection connection =
            await LibvirtConnection.OpenAsync(daemon.SecretUri, cancellationToken: Token);
        using LibvirtSecret secret =
            await connection.DefineSecretAsync("<secret private='yes'/>", cancellationToken: Token);
        await secret.SetValueAsync("sesame"u8.ToArray(), Token);

        LibvirtException error = await Assert.ThrowsAsync<LibvirtException>(() => secret.GetValueAsync(Token));

        Assert.Equal(VirErrorNumber.InvalidSecret, error.Code);
        Assert.Equal(VirSecretUsageType.None, secret.UsageType);
        Assert.Null(secret.UsageId);
    }
}
