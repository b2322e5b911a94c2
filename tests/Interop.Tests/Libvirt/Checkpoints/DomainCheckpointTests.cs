using System.Xml.Linq;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Checkpoints;

public sealed class DomainCheckpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Checkpoints_form_a_line_that_closes_when_the_middle_is_deleted()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);
        using DomainCheckpoint a = await domain.CreateCheckpointAsync(Xml("a"), cancellationToken: Token);
        using DomainCheckpoint b = await domain.CreateCheckpointAsync(Xml("b"), cancellationToken: Token);
        using DomainCheckpoint c = await domain.CreateCheckpointAsync(Xml("c"), cancellationToken: Token);

        Assert.Equal(["a", "b", "c"], await NamesAsync(domain.ListCheckpointsAsync(
            VirDomainCheckpointListFlags.Topological, Token)));
        Assert.Equal(["a"], await NamesAsync(domain.ListCheckpointsAsync(VirDomainCheckpointListFlags.Roots, Token)));
        Assert.Equal(["c"], await NamesAsync(domain.ListCheckpointsAsync(VirDomainCheckpointListFlags.Leaves, Token)));
        Assert.Equal(["b"], await NamesAsync(a.ListChildrenAsync(cancellationToken: Token)));
        Assert.Equal(["b", "c"], await NamesAsync(a.ListChildrenAsync(
            VirDomainCheckpointListFlags.Descendants | VirDomainCheckpointListFlags.Topological, Token)));
        Assert.Null(await a.GetParentAsync(Token));
        using (DomainCheckpoint? parent = await c.GetParentAsync(Token))
            Assert.Equal("b", parent?.Name);

        await b.DeleteAsync(cancellationToken: Token);

        using (DomainCheckpoint? parent = await c.GetParentAsync(Token))
            Assert.Equal("a", parent?.Name);
        LibvirtException gone = await Assert.ThrowsAsync<LibvirtException>(
            () => b.GetXmlAsync(cancellationToken: Token));
        Assert.Equal(VirErrorNumber.NoDomainCheckpoint, gone.Code);

        await a.DeleteAsync(VirDomainCheckpointDeleteFlags.Children, Token);
        Assert.Empty(await domain.ListCheckpointsAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task A_checkpoint_is_looked_up_described_and_redefined()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);
        using (DomainCheckpoint made = await domain.CreateCheckpointAsync(Xml("a"), cancellationToken: Token))
        {
            Assert.Same(domain, made.Domain);
            Assert.Same(connection, made.Connection);
        }

        using DomainCheckpoint found = await domain.LookupCheckpointAsync("a", Token);
        string xml = await found.GetXmlAsync(VirDomainCheckpointXMLFlags.NoDomain, Token);
        XElement root = XElement.Parse(xml);
        Assert.Equal("domaincheckpoint", root.Name);
        Assert.Equal("a", root.Element("name")!.Value);
        Assert.Null(root.Element("domain"));
        Assert.NotNull(XElement.Parse(await found.GetXmlAsync(cancellationToken: Token)).Element("domain"));

        await found.DeleteAsync(VirDomainCheckpointDeleteFlags.MetadataOnly, Token);
        Assert.Null(await domain.FindCheckpointAsync("a", Token));
        LibvirtException gone = await Assert.ThrowsAsync<LibvirtException>(
            () => domain.LookupCheckpointAsync("a", Token));
        Assert.Equal(VirErrorNumber.NoDomainCheckpoint, gone.Code);

        using DomainCheckpoint again =
            await domain.CreateCheckpointAsync(xml, VirDomainCheckpointCreateFlags.Redefine, Token);
        Assert.Equal("a", again.ToString());
    }

    private static string Xml(string name) => $"<domaincheckpoint><name>{name}</name></domaincheckpoint>";

    private static async Task<IReadOnlyList<string>> NamesAsync(Task<IReadOnlyList<DomainCheckpoint>> list)
    {
        IReadOnlyList<DomainCheckpoint> checkpoints = await list;
        foreach (DomainCheckpoint checkpoint in checkpoints)
            checkpoint.Dispose();
        return [.. checkpoints.Select(checkpoint => checkpoint.Name)];
    }
}
