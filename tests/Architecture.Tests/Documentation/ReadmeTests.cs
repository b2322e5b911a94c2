using Xunit;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>Every folder with several nouns says what they are.</summary>
public sealed class ReadmeTests
{
    private const int MaxLines = 40;
    private const int FilesWithoutReadme = 9;

    [Fact]
    public void Every_feature_folder_with_many_files_has_a_readme() => Breaches.None(FeatureFolders()
        .Where(f => f.Value > FilesWithoutReadme && !File.Exists(Path.Combine(RepositoryTree.Root, f.Key, "README.md")))
        .Select(f => $"{f.Key}: {f.Value} files and no README.md"));

    [Fact]
    public void Some_folders_need_a_readme() =>
        Assert.Contains(FeatureFolders(), f => f is { Key: "src/Interop/Xml", Value: > FilesWithoutReadme });

    [Fact]
    public void No_readme_of_a_folder_is_longer_than_a_page() => Breaches.None(RepositoryTree.Files("src", "README.md")
        .Select(path => (Path: path, RepositoryTree.ReadLines(path).Length))
        .Where(f => f.Length > MaxLines)
        .Select(f => $"{f.Path}: {f.Length} lines, at most {MaxLines}"));

    /// <summary>The folders one below a layer, with how many files they hold in all.</summary>
    private static Dictionary<string, int> FeatureFolders() => RepositoryTree.Files("src", "*.cs")
        .Where(path => path.Split('/').Length > 3)
        .CountBy(path => string.Join('/', path.Split('/')[..3]))
        .ToDictionary(StringComparer.Ordinal);
}
