using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Packaging;

/// <summary>The systemd unit as it is, under a systemd of its own.</summary>
public sealed class HardenedServiceTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Policies_back_up_and_points_boot_with_all_that_the_unit_forbids_and_members_of_libvirt_back_up()
    {
        LabHost.Require();
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-nspawn"), "there is no systemd-nspawn (systemd-container)");
        var script = Path.Combine(PackageFeed.SourceRoot, "packaging/systemd/try.sh");
        var result = await Tool.RunAsync("bash", [script, AppContext.BaseDirectory], Token);
        output.WriteLine(result.Output + result.Error);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(
            "backed up, restored, test-restored, and the journal has no secret", result.Output,
            StringComparison.Ordinal);
        Assert.Contains(
            "a member of the group libvirt: backed up, restored, looked at, pushed", result.Output,
            StringComparison.Ordinal);
    }
}
