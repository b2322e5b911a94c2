namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>eng/lab.sh of the working tree that these tests were built from.</summary>
internal static class LabScript
{
    private static readonly Lazy<string> s_path = new(Find);

    public static Task<ToolResult> RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        Tool.RunAsync("bash", [s_path.Value, .. arguments], cancellationToken);

    private static string Find()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string script = Path.Combine(folder, "eng", "lab.sh");
            if (File.Exists(script))
                return script;
        }

        throw new FileNotFoundException($"no eng/lab.sh above {AppContext.BaseDirectory}");
    }
}
