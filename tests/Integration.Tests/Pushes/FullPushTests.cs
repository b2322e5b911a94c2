using LibvirtBackup.Integration.Tests.Chains;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Pushes;

/// <summary>Somebody fills the file system of the set while QEMU writes to it.</summary>
[Collection(FullTargetTests.Serial)]
public sealed class FullPushTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_push_that_may_need_more_is_ended_before_the_guest_suffers_and_one_that_has_its_room_goes_on()
    {
        var host = await LabHost.ForAsync("bookworm");
        await using var scene = await BackupScene.StartPausedAsync(host, new LabDisk(64 * Units.MiB));
        var io = new QemuIo(scene.Guest);
        await io.PaintAsync("vda", 0, 12, 1, Token);
        var oracle = await scene.CaptureOracleAsync();
        var small = Path.Combine(SmallStorage.Of(host), scene.Guest.Name);
        try
        {
            // QEMU has no room, or is stopped just before: in no case a point is made, or the guest suffers.
            var (exitCode, error) = await PushWhileFullAsync(
                scene, small, 768 * Units.KiB, "--limit-rate", "1MiB", "--format", "raw");
            Assert.Equal(1, exitCode);
            Assert.Matches("no point was made|nothing was begun", error);
            Assert.Empty(Directory.EnumerateDirectories(small));
            await scene.AssertNothingLeftAsync();

            // All that it can need was taken before.
            (exitCode, error) = await PushWhileFullAsync(scene, small, 0, "--limit-rate", "4MiB");
            Assert.True(exitCode == 0, error);
            await PushScene.RequireSameAsync(
                Path.Combine(small, "000002-full", "vda.qcow2"), "qcow2", oracle["vda"], "the push",
                Path.Combine(scene.Guest.Directory, "read"));
            Assert.Equal("No errors found", await host.Virsh.RunAsync(Token, "domblkerror", scene.Guest.Name));
        }
        finally
        {
            Directory.Delete(small, recursive: true);
        }
    }

    /// <summary>Fills the file system once the image has its space, and has the guest write.</summary>
    private static async Task<(int ExitCode, string Error)> PushWhileFullAsync(
        BackupScene scene, string directory, long bytesLeft, params string[] options)
    {
        using var process = LvbackupProcess.Start(scene, ["push", scene.Guest.Name, "--to", directory, .. options]);
        while (!HasImage(directory))
        {
            Assert.False(process.HasExited, "it ended before it began");
            await Task.Delay(20, Token);
        }

        using (SmallStorage.Fill(scene.Guest.Host, bytesLeft))
        {
            // What is there already: whenever the push begins, the content is the same.
            if (bytesLeft == 0)
                await new QemuIo(scene.Guest).PaintAsync("vda", 11 * Units.MiB, 1, 1 + (11 * 17), Token);
            var (exitCode, _, error) = await process.EndAsync();
            return (exitCode, error);
        }
    }

    /// <summary>A raw one is just there; a qcow2 one has taken its space.</summary>
    private static bool HasImage(string directory) => Directory.Exists(directory)
        && Directory.EnumerateFiles(directory, "vda.*", SearchOption.AllDirectories).Any(path =>
            path.EndsWith(".raw", StringComparison.Ordinal)
            || new DriveInfo(directory).AvailableFreeSpace < 24 * Units.MiB);
}
