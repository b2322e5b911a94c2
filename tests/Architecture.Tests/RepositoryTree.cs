namespace LibvirtBackup.Architecture.Tests;

/// <summary>The working tree that the tests were built from.</summary>
internal static class RepositoryTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>All C# files below the given folders, build output excepted.</summary>
    public static IReadOnlyList<SourceFile> Sources(params string[] folders) =>
        [.. folders.SelectMany(f => Files(f, "*.cs")).Select(p => new SourceFile(p, ReadLines(p)))];

    /// <summary>Paths below a folder, relative to the root, with forward slashes, in ordinal order.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern)
    {
        string path = Path.Combine(Root, folder);
        if (!Directory.Exists(path))
            return [];
        return [.. Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories)
            .Select(p => Path.GetRelativePath(Root, p).Replace('\\', '/'))
            .Where(p => !p.Split('/').Any(part => part is "bin" or "obj" or "artifacts"))
            .Order(StringComparer.Ordinal)];
    }

    public static string[] ReadLines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "LibvirtBackup.sln")))
                return at.FullName;
        }

        throw new InvalidOperationException($"no LibvirtBackup.sln above {AppContext.BaseDirectory}");
    }
}
