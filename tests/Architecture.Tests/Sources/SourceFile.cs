namespace LibvirtBackup.Architecture.Tests;

/// <summary>A C# file.</summary>
/// <param name="Path">Path relative to the root of the repository, with forward slashes.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record SourceFile(string Path, IReadOnlyList<string> Lines)
{
    public bool IsGenerated => Path.EndsWith(".g.cs", StringComparison.Ordinal);

    /// <summary>The file's name without extension.</summary>
    public string Stem => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>A line with its place, for a message.</summary>
    public string At(int index) => $"{Path}:{index + 1}: {Lines[index].Trim()}";
}
