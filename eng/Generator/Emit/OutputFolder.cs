namespace LibvirtBackup.Generator.Emit;

/// <summary>The Interop project's folder; generated files that are no longer made are removed.</summary>
internal static class OutputFolder
{
    public static void Replace(string root, IReadOnlyList<GeneratedFile> files)
    {
        foreach (string folder in files.Select(f => Path.GetDirectoryName(Path.Combine(root, f.Path))!).Distinct())
        {
            Directory.CreateDirectory(folder);
            foreach (string old in Directory.EnumerateFiles(folder, "*.g.cs"))
                File.Delete(old);
        }

        foreach (GeneratedFile file in files)
            File.WriteAllText(Path.Combine(root, file.Path), file.Text);
    }
}
