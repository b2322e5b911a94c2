using System.Xml.Linq;
using Xunit;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>Cli uses Domain, Domain uses Interop, and nothing looks back.</summary>
public sealed class LayerTests
{
    // Both lie within the root namespace of the domain.
    private static readonly string[] s_innerRoots = ["LibvirtBackup.Interop", "LibvirtBackup.Cli"];

    public static TheoryData<string, string, string[]> Layers => new()
    {
        { "src/Interop/LibvirtBackup.Interop.csproj", "LibvirtBackup.Interop", [] },
        { "src/Domain/LibvirtBackup.csproj", "LibvirtBackup", ["LibvirtBackup.Interop"] },
        { "src/Cli/lvbackup.csproj", "lvbackup", ["LibvirtBackup", "LibvirtBackup.Interop"] },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_project_refers_only_to_layers_below_it(string project, string assembly, string[] below)
    {
        Assert.Equal(assembly, Path.GetFileNameWithoutExtension(project));
        XDocument file = XDocument.Load(Path.Combine(RepositoryTree.Root, project));
        Breaches.None(file.Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')))
            .Where(name => !below.Contains(name)));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void An_assembly_refers_only_to_layers_below_it(string project, string assembly, string[] below)
    {
        _ = project;
        Breaches.None(ProductAssemblies.Load(assembly).GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => ProductAssemblies.Names.Contains(name) && !below.Contains(name)));
    }

    [Fact]
    public void The_domain_really_uses_the_bindings_and_the_program_the_domain()
    {
        Assert.Contains("LibvirtBackup.Interop", References("LibvirtBackup"));
        Assert.Contains("LibvirtBackup", References("lvbackup"));
    }

    [Fact]
    public void The_bindings_use_no_package_but_the_memory_toolkit()
    {
        string[] allowed = ["CommunityToolkit.HighPerformance"];
        Breaches.None(References("LibvirtBackup.Interop")
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal) && !allowed.Contains(name)));
    }

    [Theory]
    [InlineData("LibvirtBackup.Interop", "LibvirtBackup.Interop")]
    [InlineData("LibvirtBackup", "LibvirtBackup")]
    [InlineData("lvbackup", "LibvirtBackup.Cli")]
    public void Every_type_lives_in_the_namespace_of_its_layer(string assembly, string root)
    {
        string[] others = [.. s_innerRoots.Where(n => n != root)];
        Breaches.None(ProductAssemblies.Load(assembly).GetTypes()
            .Where(t => t.Namespace is not null && t.DeclaringType is null && !ProductAssemblies.IsCompilerMade(t))
            .Where(t => !IsWithin(t.Namespace!, root) || others.Any(o => IsWithin(t.Namespace!, o)))
            .Select(t => t.FullName!));
    }

    private static bool IsWithin(string name, string root) =>
        name == root || name.StartsWith(root + ".", StringComparison.Ordinal);

    private static IEnumerable<string> References(string assembly) =>
        ProductAssemblies.Load(assembly).GetReferencedAssemblies().Select(name => name.Name!);
}
