using System.Xml.Linq;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Connections;

public sealed class LibvirtConnectionTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_opens_tells_about_its_host_and_closes()
    {
        await using LibvirtConnection connection = await LibvirtConnection.OpenAsync("test:///default", null, Token);

        Assert.Equal("test:///default", await connection.GetUriAsync(Token));
        Assert.True(await connection.IsAliveAsync(Token));
        Assert.False(connection.IsReadOnly);
        Assert.NotEmpty(await connection.GetHostnameAsync(Token));
        Assert.Equal("capabilities", XDocument.Parse(await connection.GetCapabilitiesXmlAsync(Token)).Root!.Name);
        Assert.False(connection.Closed.IsCompleted);
        Assert.True(LibvirtEventLoop.Shared.IsRunning);
    }

    [Fact]
    public async Task Versions_have_three_numbers()
    {
        await using LibvirtConnection connection = await LibvirtConnection.OpenAsync("test:///default", null, Token);
        Version library = LibvirtConnection.GetLibraryVersion();

        Assert.True(library >= new Version(6, 0, 0), $"library {library}");
        // The test driver lives in the library.
        Assert.Equal(library, await connection.GetLibvirtVersionAsync(Token));
        Assert.Equal(new Version(0, 0, 2), await connection.GetHypervisorVersionAsync(Token));
    }

    [Fact]
    public async Task Disposing_gives_up_every_reference_to_the_native_connection()
    {
        using TestNode node = new();
        LibvirtConnection connection = await node.OpenAsync(null, Token);
        IReadOnlyList<LibvirtDomain> left = await connection.ListDomainsAsync(cancellationToken: Token);
        Assert.Single(left);
        _ = await connection.Events.LifecycleAsync(cancellationToken: Token);
        _ = await connection.Events.LifecycleAsync(left[0], cancellationToken: Token);
        nint native = connection.Handle.DangerousGetHandle();
        Assert.Equal(0, LibvirtNative.virConnectRef(native));

        await connection.DisposeAsync();

        // 0 is what virConnectClose returns when it gave up the last reference: ours is all that was left.
        Assert.Equal(0, LibvirtNative.virConnectClose(native));
        Assert.Equal(VirConnectCloseReason.Client, await connection.Closed.WaitAsync(s_patience, Token));
    }

    [Fact]
    public async Task After_disposing_the_connection_its_objects_are_disposed_too()
    {
        using TestNode node = new();
        LibvirtConnection connection = await node.OpenAsync(null, Token);
        LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);

        await connection.DisposeAsync();
        await connection.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => domain.GetStateAsync(Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connection.ListDomainsAsync(cancellationToken: Token));
        domain.Dispose();
    }

    [Fact]
    public async Task A_read_only_connection_refuses_to_change_anything()
    {
        using TestNode node = new();
        await using LibvirtConnection connection =
            await node.OpenAsync(new LibvirtConnectionOptions { ReadOnly = true }, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);

        LibvirtException error = await Assert.ThrowsAsync<LibvirtException>(
            () => domain.DestroyAsync(cancellationToken: Token));

        Assert.True(connection.IsReadOnly);
        Assert.Equal(VirErrorNumber.OperationDenied, error.Code);
        Assert.Equal("virDomainDestroyFlags", error.Function);
    }

    [Fact]
    public async Task A_uri_that_leads_nowhere_fails_with_libvirts_own_words()
    {
        LibvirtException error = await Assert.ThrowsAsync<LibvirtException>(
            () => LibvirtConnection.OpenAsync("test:///no/such/file.xml", null, Token));

        Assert.Equal("virConnectOpenAuth", error.Function);
        Assert.Contains("/no/such/file.xml", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_with_a_cancelled_token_opens_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => LibvirtConnection.OpenAsync("test:///default", null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Many_calls_may_run_at_once()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);

        string[] uris = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => connection.GetUriAsync(Token)));

        Assert.All(uris, uri => Assert.Equal(node.Uri, uri));
    }

    [Fact]
    public async Task Domain_capabilities_that_the_driver_lacks_are_a_typed_refusal()
    {
        await using LibvirtConnection connection = await LibvirtConnection.OpenAsync("test:///default", null, Token);

        try
        {
            string xml = await connection.GetDomainCapabilitiesXmlAsync(cancellationToken: Token);
            Assert.Equal("domainCapabilities", XDocument.Parse(xml).Root!.Name);
        }
        catch (LibvirtException error)
        {
            Assert.Equal(VirErrorNumber.NoSupport, error.Code);
        }
    }
}
