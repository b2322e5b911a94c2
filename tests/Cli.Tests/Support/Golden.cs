using System.Runtime.CompilerServices;

namespace LibvirtBackup.Cli.Tests.Support;

/// <summary>Compares text with a file beside the tests; <c>LVB_UPDATE_GOLDEN=1</c> writes the files anew.</summary>
internal static class Golden
{
    internal static void Equal(string name, string actual)
    {
        var path = Path.Combine(Folder(), "Golden", name);
        if (Environment.GetEnvironmentVariable("LVB_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"{path} is missing; run the tests once with LVB_UPDATE_GOLDEN=1");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static string Folder([CallerFilePath] string path = "") =>
        Path.GetDirectoryName(Path.GetDirectoryName(path))!;
}
