namespace LibvirtBackup.Domain.Tests;

/// <summary>A directory of its own per test, deleted at the end.</summary>
internal sealed class TestDirectory : IDisposable
{
    internal TestDirectory() => Path = Directory.CreateTempSubdirectory("lvb-test-").FullName;

    internal string Path { get; }

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    internal static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(directory.Replace(from, to, StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            // The framework does not open what is locked; a lock's file is empty.
            if (file.EndsWith(".restoring", StringComparison.Ordinal))
                System.IO.File.Create(file.Replace(from, to, StringComparison.Ordinal)).Dispose();
            else
                System.IO.File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
