using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Packaging;

/// <summary>The Debian package on fresh systems.</summary>
public sealed class DebianPackageTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_installed_works_with_manual_and_completion_and_purge_leaves_nothing()
    {
        // Says so when this machine cannot have root file systems.
        _ = await LabHost.ForAsync("bookworm");
        var directory = Directory.CreateTempSubdirectory("lvb-deb-").FullName;
        try
        {
            // Small is not what is tried, and to pack 100 MB is most of what making it costs.
            await RunAsync("eng/deb.sh", directory, "none");
            var package = Assert.Single(Directory.GetFiles(directory, "*.deb"));
            // They wait for the mirror most of the time.
            await Task.WhenAll(
                RunAsync("packaging/deb/try.sh", "bookworm", package),
                RunAsync("packaging/deb/try.sh", "trixie", package));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task RunAsync(string script, params string[] arguments)
    {
        var result = await Tool.RunAsync("bash", [Path.Combine(PackageFeed.SourceRoot, script), .. arguments], Token);
        output.WriteLine($"$ {script} {string.Join(' ', arguments)}\n{result.Output}{result.Error}");
        Assert.Equal(0, result.ExitCode);
    }
}
