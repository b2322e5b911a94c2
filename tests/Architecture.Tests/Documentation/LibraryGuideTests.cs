using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>The programs of the README and of docs/library.md are the samples, which the solution compiles.</summary>
public sealed partial class LibraryGuideTests
{
    [Fact]
    public void Each_program_of_a_page_is_one_that_the_solution_compiles()
    {
        var shown = Programs("README.md").Concat(Programs("docs/library.md")).Distinct(StringComparer.Ordinal);
        Assert.Equal(
            RepositoryTree.Files("samples", "*.cs").Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_sample_is_in_the_solution()
    {
        var solution = string.Concat(RepositoryTree.ReadLines("LibvirtBackup.sln")).Replace('\\', '/');
        Breaches.None(RepositoryTree.Files("samples", "*.csproj")
            .Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal)));
    }

    /// <summary>The files that a page shows, each as it is.</summary>
    private static List<string> Programs(string page)
    {
        var path = Path.Combine(RepositoryTree.Root, page);
        var files = new List<string>();
        var wanted = Program().Replace(File.ReadAllText(path), match =>
        {
            var file = match.Groups["file"].Value;
            files.Add(file);
            var text = File.ReadAllText(Path.Combine(RepositoryTree.Root, file));
            return new StringBuilder($"```csharp file={file}\n").Append(text).Append("```\n").ToString();
        });
        if (Environment.GetEnvironmentVariable("LVB_UPDATE_GOLDEN") is "1") File.WriteAllText(path, wanted);
        Assert.NotEmpty(files);
        Assert.True(File.ReadAllText(path) == wanted, $"{page} differs from samples: LVB_UPDATE_GOLDEN=1 writes it");
        return files;
    }

    [GeneratedRegex("^```csharp file=(?<file>\\S+)\n(?:(?!```).*\n)*```\n", RegexOptions.Multiline, 1000)]
    private static partial Regex Program();
}
