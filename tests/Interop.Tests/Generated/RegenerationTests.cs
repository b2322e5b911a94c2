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

    [Fact]
    public void The_generator_reads_the_newest_description_whatever_its_version()
    {
        IReadOnlyList<GeneratedFile> files = Generation.Run(LibvirtDescription.Newest(), OverrideTable.Load());

        Assert.NotEmpty(files);
    }

    // The newest suite moves. A description newer than the committed bindings is no fault of the code under test.
    private static void SkipUnlessCommittedVersion(ApiDescription api)
    {
        string constant = $"LIBVIR_VERSION_NUMBER = {Number(api.Version)};";
        string committed = File.ReadAllText(
            Path.Combine(s_interop, "Libvirt", "Generated", "LibvirtConstants.g.cs"));
        if (!committed.Contains(constant, StringComparison.Ordinal))
            Assert.Skip($"the bindings are not of libvirt {api.Version}, which is described here: run the generator");
    }

    private static int Number(Version version) =>
        (version.Major * 1_000_000) + (version.Minor * 1000) + version.Build;

    private static IEnumerable<string> Committed() =>
        Directory.EnumerateFiles(s_interop, "*.g.cs", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(s_interop, f).Replace('\\', '/'))
            .Where(f => f.StartsWith("Libvirt", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
}
