using System.Runtime.CompilerServices;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Packaging;

/// <summary>A directory with the packages of this source, for the tests of one class.</summary>
public sealed class PackageFeed : IAsyncLifetime
{
    /// <summary>The top of the source.</summary>
    internal static string SourceRoot { get; } = FindRoot();

    /// <summary>Where the packages are.</summary>
    internal string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("lvb-feed-").FullName;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var result = await Tool.RunAsync(
            "bash", [Path.Combine(SourceRoot, "eng/pack.sh"), Directory], TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string FindRoot([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
}
