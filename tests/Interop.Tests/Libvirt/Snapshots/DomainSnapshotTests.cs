using System.Xml.Linq;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Snapshots;

public sealed class DomainSnapshotTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_life_of_snapshots()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);
        Assert.Null(await domain.GetCurrentSnapshotAsync(Token));

        using DomainSnapshot a = await domain.CreateSnapshotAsync(Xml("a"), cancellationToken: Token);
        using DomainSnapshot b = await domain.CreateSnapshotAsync(Xml("b"), cancellationToken: Token);
        Assert.True(await b.IsCurrentAsync(Token));
        Assert.False(await a.IsCurrentAsync(Token));
        Assert.True(await a.HasMetadataAsync(Token));
        using (DomainSnapshot? current = await domain.GetCurrentSnapshotAsync(Token))
            Assert.Equal("b", current?.Name);
        using (DomainSnapshot? parent = await b.GetParentAsync(Token))
            Assert.Equal("a", parent?.Name);
        Assert.Null(await a.GetParentAsync(Token));
        IReadOnlyList<DomainSnapshot> children = await a.ListChildrenAsync(cancellationToken: Token);
        Assert.Equal(["b"], children.Select(child => child.ToString()));
        Assert.All(children, child => child.Dispose());

        await domain.SuspendAsync(Token);
        await a.RevertAsync(cancellationToken: Token);
        Assert.True(await a.IsCurrentAsync(Token));
        Assert.Equal(VirDomainState.Running, (await domain.GetStateAsync(Token)).State);

        await b.DeleteAsync(cancellationToken: Token);
        IReadOnlyList<DomainSnapshot> left =
            await domain.ListSnapshotsAsync(VirDomainSnapshotListFlags.Topological, Token);
        Assert.Equal(["a"], left.Select(snapshot => snapshot.Name));
        Assert.All(left, snapshot => snapshot.Dispose());
        LibvirtException gone = await Assert.ThrowsAsync<LibvirtException>(
            () => domain.LookupSnapshotAsync("b", Token));
        Assert.Equal(VirErrorNumber.NoDomainSnapshot, gone.Code);
    }

    [Fact]
    public async Task A_snapshot_is_described_as_xml()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);
        (await domain.CreateSnapshotAsync(Xml("a"), cancellationToken: Token)).Dispose();
        using DomainSnapshot found = await domain.LookupSnapshotAsync("a", Token);

        XElement root = XElement.Parse(await found.GetXmlAsync(cancellationToken: Token));

        Assert.Equal("domainsnapshot", root.Name);
        Assert.Equal("running", root.Element("state")!.Value);
        Assert.Same(domain, found.Domain);
    }

    private static string Xml(string name) => $"<domainsnapshot><name>{name}</name></domainsnapshot>";
}
