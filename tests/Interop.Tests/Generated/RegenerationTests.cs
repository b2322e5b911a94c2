using LibvirtBackup.Generator;
using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Emit;
using LibvirtBackup.Generator.Overrides;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated;

public sealed class RegenerationTests
{
    private static readonly string s_interop = Path.Combine(RepositoryRoot.Find(), "src", "Interop");

    [Fact]
    public void The_committed_bindings_are_byte_for_byte_what_the_generator_writes()
    {
        ApiDescription api = LibvirtDescription.Newest();
        SkipUnlessCommittedVersion(api);

        IReadOnlyList<GeneratedFile> files = Generation.Run(api, OverrideTable.Load());

        Assert.Equal(Committed(), files.Select(f => f.Path).Order(StringComparer.Ordinal));
        foreach (GeneratedFile file in files)
            Assert.Equal(file.Text, File.ReadAllText(Path.Combine(s_interop, file.Path)));
    }

    // The newest suite moves. A description newer than the committed bindings is no fault of the code under test.
    private static void SkipUnlessCommittedVersion(ApiDescription api)
    {
        if (api.Version != BoundSymbols.Version)
        {
            Assert.Skip(
                $"the bindings are of libvirt {BoundSymbols.Version} and {api.Version} is described here: "
                + "run the generator to move on");
        }
    }

    private static IEnumerable<string> Committed() =>
        Directory.EnumerateFiles(s_interop, "*.g.cs", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(s_interop, f).Replace('\\', '/'))
            .Where(f => f.StartsWith("Libvirt", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
}
