namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>eng/lab.sh of the working tree that these tests were built from.</summary>
internal static class LabScript
{
    private static readonly Lazy<string> s_path = new(Find);

    public static string Path => s_path.Value;

    public static Task<ToolResult> RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        Tool.RunAsync("bash", [Path, .. arguments], cancellationToken);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string script = System.IO.Path.Combine(folder.FullName, "eng", "lab.sh");
            if (File.Exists(script))
                return script;
        }

        throw new FileNotFoundException($"no eng/lab.sh above {AppContext.BaseDirectory}");
    }
}
