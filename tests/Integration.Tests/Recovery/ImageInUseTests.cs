using System.Diagnostics;
using System.Xml.Linq;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>Doctor writes to an image of a domain that is shut off only when nobody else has it.</summary>
public sealed class ImageInUseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_that_others_have_is_not_written_and_is_repaired_when_they_have_it_no_more()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("forky"), new LabDisk(8 * Units.MiB), new LabDisk(8 * Units.MiB));
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, Units.MiB, seed: 1, Token);
        var checkpoint = (await scene.BackUpAsync()).Checkpoint!;
        var (virsh, images) = (scene.Guest.Host.Virsh, new ImageBitmaps(scene.Guest));
        await virsh.RunAsync(Token, "destroy", scene.Guest.Name);
        await images.DisableAsync("vda", checkpoint);
        var image = images.PathOf("vda");

        using (await OpenElsewhereAsync(images.PathOf("vdb")))
            using (await OpenElsewhereAsync(image))
                await AssertRefusedAsync(
                    scene, $"'{image}' is open in another program, although the domain is shut off; try again");
        var named = await DoctorRun.StartAsync(scene);
        Assert.Equal("disabled", named.StateOf(checkpoint, "vda"));
        Assert.Equal("healthy", named.StateOf(checkpoint, "vdb"));

        // A domain that has the image itself, and one that has an image on top of it.
        var overlay = Path.Combine(scene.Guest.Directory, "overlay.qcow2");
        _ = (await Tool.RunAsync(
            "qemu-img", ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", image, overlay], Token)).Value;
        foreach (var path in (string[])[image, overlay])
        {
            var other = await DefineOtherAsync(scene, path);
            await AssertRefusedAsync(scene, $"'{image}' is used by domain '{other}' too, which may need it");
            await virsh.RunAsync(Token, "undefine", other);
        }

        Assert.True((await DoctorRun.StartAsync(scene, "--repair")).IsRepaired(checkpoint, "vda"));
        await scene.Guest.StartPausedAsync(Token);
        Assert.Equal(
            [BackupLevel.Full, BackupLevel.Incremental],
            (await scene.BackUpAsync()).Disks.Select(disk => disk.Level));
        await scene.VerifyAllAsync();
    }

    private static async Task AssertRefusedAsync(BackupScene scene, string why)
    {
        var before = await new ImageBitmaps(scene.Guest).DescribeSharedAsync("vda");
        var refused = await DoctorRun.StartAsync(scene, "--repair");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(
            refused.Findings, finding => finding.GetProperty("state").GetString() == "refused"
                && finding.GetProperty("message").GetString()!.Contains(why, StringComparison.Ordinal));
        Assert.Equal(before, await new ImageBitmaps(scene.Guest).DescribeSharedAsync("vda"));
    }

    /// <summary>Another program opens an image for writing, and closes it cleanly in the end.</summary>
    private static async Task<IDisposable> OpenElsewhereAsync(string image)
    {
        var socket = $"{image}.sock";
        var program = Process.Start("qemu-nbd", ["--persistent", "-f", "qcow2", "-k", socket, image]);
        while (!File.Exists(socket))
        {
            Assert.False(program.HasExited, "qemu-nbd ended");
            await Task.Delay(20, Token);
        }

        // It listens before it opens the image, and marks the bitmaps there; it answers when that is done.
        _ = (await Tool.RunAsync("nbdinfo", ["--size", $"nbd+unix:///?socket={socket}"], Token)).Value;
        return new OpenImage(program);
    }

    /// <summary>Another domain with one disk, in an image of the scene's guest or on top of it.</summary>
    private static async Task<string> DefineOtherAsync(BackupScene scene, string image)
    {
        var definition = XDocument.Parse(
            await scene.Guest.Host.Virsh.RunAsync(Token, "dumpxml", scene.Guest.Name, "--inactive")).Root!;
        var other = $"{scene.Guest.Name}-other";
        definition.Element("name")!.Value = other;
        definition.Element("uuid")!.Remove();
        var disks = definition.Element("devices")!.Elements("disk").ToList();
        disks[1].Remove();
        disks[0].Element("source")!.SetAttributeValue("file", image);
        var path = Path.Combine(scene.Guest.Directory, "other.xml");
        await File.WriteAllTextAsync(path, definition.ToString(), Token);
        await scene.Guest.Host.Virsh.RunAsync(Token, "define", path);
        return other;
    }

    private sealed class OpenImage(Process program) : IDisposable
    {
        public void Dispose()
        {
            using (Process.Start("kill", ["-TERM", $"{program.Id}"]))
                program.WaitForExit();
            program.Dispose();
        }
    }
}
