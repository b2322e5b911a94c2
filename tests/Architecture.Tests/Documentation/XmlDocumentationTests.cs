using System.Xml.Linq;
using Xunit;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>The compiler demands a comment on every public member; these demand that it says something.</summary>
public sealed class XmlDocumentationTests
{
    [Theory]
    [InlineData("LibvirtBackup.Interop")]
    [InlineData("LibvirtBackup")]
    public void Every_documented_member_says_something(string assembly)
    {
        XElement[] members = [.. Load(assembly).Descendants("member")];
        Assert.True(members.Length > 50, $"{assembly}.xml documents {members.Length} members");
        HashSet<string> visible = PublicMembers(assembly);
        Breaches.None(members
            .Where(m => !SaysSomething(m))
            .Select(m => (string)m.Attribute("name")!)
            .Where(name => visible.Contains(name.Split('(', '`')[0])));
    }

    [Theory]
    [InlineData("LibvirtBackup.Interop")]
    [InlineData("LibvirtBackup")]
    public void Every_public_type_is_documented(string assembly)
    {
        HashSet<string> documented =
            [.. Load(assembly).Descendants("member").Select(m => (string)m.Attribute("name")!)];
        Breaches.None(ProductAssemblies.Load(assembly).GetExportedTypes()
            .Where(t => !documented.Contains($"T:{t.FullName!.Replace('+', '.')}"))
            .Select(t => t.FullName!));
    }

    [Theory]
    [InlineData("<member><summary>The name.</summary></member>", true)]
    [InlineData("<member><summary><see cref='X'/></summary></member>", true)]
    [InlineData("<member><inheritdoc/></member>", true)]
    [InlineData("<member><summary> </summary></member>", false)]
    [InlineData("<member><summary>.</summary></member>", false)]
    [InlineData("<member><returns>x</returns></member>", false)]
    public void An_empty_summary_is_found(string member, bool says) =>
        Assert.Equal(says, SaysSomething(XElement.Parse(member)));

    /// <summary>
    /// Members that a user sees, as documentation names them, without parameters and type parameters.
    /// </summary>
    private static HashSet<string> PublicMembers(string assembly) => [.. ProductAssemblies.Load(assembly)
        .GetExportedTypes()
        .SelectMany(t => t.GetMembers().Select(m => $"{t.FullName}.{m.Name}").Append(t.FullName!))
        .SelectMany(name => "TMPFE".Select(kind => $"{kind}:{DocumentationName(name)}"))];

    private static string DocumentationName(string name) =>
        name.Replace('+', '.').Replace("..ctor", ".#ctor", StringComparison.Ordinal).Split('`')[0];

    private static bool SaysSomething(XElement member) =>
        member.Element("inheritdoc") is not null
        || (member.Element("summary") is { } summary
            && (summary.HasElements || summary.Value.Count(char.IsLetter) > 2));

    private static XDocument Load(string assembly) =>
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{assembly}.xml"));
}
