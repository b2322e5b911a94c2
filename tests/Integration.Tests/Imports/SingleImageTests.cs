using System.Text.Json;
using System.Xml.Linq;
using LibvirtBackup.Domain.Tests.Hosts;
using LibvirtBackup.Integration.Tests.Healing;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Imports;

/// <summary><c>import --disk vda=FILE --definition FILE</c>: images that belong to no set.</summary>
public sealed class SingleImageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Images_with_what_lies_behind_them_become_a_point_unless_their_guest_runs()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"),
            new LabDisk(8 * Units.MiB), new LabDisk(4 * Units.MiB) { Format = "raw" });
        var (virsh, name, directory) = (scene.Guest.Host.Virsh, scene.Guest.Name, scene.Guest.Directory);
        var io = new QemuIo(scene.Guest);
        await io.PaintAsync("vda", 0, 3, 1, Token);
        await io.PaintAsync("vdb", Units.MiB, 2, 2, Token);
        var top = Path.Combine(directory, "vda.top");
        await virsh.RunAsync(
            Token, "snapshot-create-as", name, "top", "--disk-only", "--no-metadata",
            "--diskspec", $"vda,file={top}", "--diskspec", "vdb,snapshot=no");
        await io.FillAsync("vda", Units.MiB, 4096, 0x44, Token);
        var oracle = await scene.CaptureOracleAsync();
        var definition = Path.Combine(directory, "inactive.xml");
        await File.WriteAllTextAsync(definition, await virsh.RunAsync(Token, "dumpxml", name, "--inactive"), Token);
        string[] import =
        [
            "import", "--disk", $"vda={top}", "--disk", $"vdb={Path.Combine(directory, "vdb.raw")}",
            "--definition", definition,
        ];

        using (var running = LvbackupProcess.Start(scene, import))
        {
            var (exitCode, _, error) = await running.EndAsync();
            Assert.Equal(5, exitCode);
            Assert.Contains("its guest runs", error, StringComparison.Ordinal);
        }

        await virsh.RunAsync(Token, "destroy", name);
        var imported = Assert.Single(
            (await LvbackupProcess.RunAsync(scene, import)).GetProperty("points").EnumerateArray());
        var point = imported.GetProperty("point").GetString()!;
        scene.Keep(point, "imported", oracle);
        Assert.Equal("imported", (await scene.Repository.GetPointAsync(point, Token)).Track);
        var again = (await LvbackupProcess.RunAsync(scene, import)).GetProperty("points")[0];
        Assert.Equal((point, false), (again.GetProperty("point").GetString(), again.GetProperty("isNew").GetBoolean()));
        await scene.VerifyAllAsync();

        import[2] = $"vda={top}.gone";
        using var missing = LvbackupProcess.Start(scene, import);
        var (failed, output, _) = await missing.EndAsync();
        Assert.Equal(1, failed);
        Assert.Contains(".gone", JsonDocument.Parse(output).RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public async Task What_a_guest_writes_to_a_raw_disk_never_decides_how_it_is_read()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(8 * Units.MiB) { Format = "raw" });
        var (virsh, name, directory) = (scene.Guest.Host.Virsh, scene.Guest.Name, scene.Guest.Directory);
        await new QemuIo(scene.Guest).PaintAsync("vda", 0, 8, 1, Token);
        await virsh.RunAsync(Token, "destroy", name);
        // A header that makes another file of the host the disk's content.
        var (disk, secret) = (Path.Combine(directory, "vda.raw"), Path.Combine(directory, "secret"));
        await File.WriteAllBytesAsync(secret, new byte[Units.MiB], Token);
        var header = Path.Combine(directory, "header");
        _ = (await Tool.RunAsync(
            "qemu-img", ["create", "-q", "-f", "qcow2", "-b", secret, "-F", "raw", header, "16M"], Token)).Value;
        await using (var guest = File.OpenWrite(disk))
            await guest.WriteAsync(await File.ReadAllBytesAsync(header, Token), Token);
        var oracle = await scene.CaptureOracleAsync();
        var definition = Path.Combine(directory, "inactive.xml");
        await File.WriteAllTextAsync(definition, await virsh.RunAsync(Token, "dumpxml", name, "--inactive"), Token);
        string[] import = ["import", "--disk", $"vda={disk}", "--definition", definition];

        Assert.Contains(
            "--format vda=raw or --format vda=qcow2", await FailAsync(scene, import), StringComparison.Ordinal);
        var imported = await LvbackupProcess.RunAsync(scene, [.. import, "--format", "vda=raw"]);
        scene.Keep(imported.GetProperty("points")[0].GetProperty("point").GetString()!, "imported", oracle);
        await scene.BackUpAsync();

        // Over it an image that does not say what it lies over: libvirt would start it, and nobody reads it.
        var top = Path.Combine(directory, "vda.top");
        _ = (await Tool.RunAsync(
            "qemu-img", ["create", "-q", "-f", "qcow2", "-b", disk, "-F", "raw", top, "8M"], Token)).Value;
        await scene.Guest.RedefineAsync(domain =>
        {
            domain.Disk("vda").SetSource(top);
            domain.Disk("vda").Element("driver")!.SetAttributeValue("type", "qcow2");
        });
        await scene.BackUpAsync();
        BackingFormat.Forget(top);
        import = ["import", "--disk", $"vda={top}", "--format", "vda=qcow2", "--definition", definition];
        Assert.Contains("does not say which format", await FailAsync(scene, import), StringComparison.Ordinal);
        Assert.Contains("-F FORMAT", await FailAsync(scene, "backup", name), StringComparison.Ordinal);
        Assert.Contains(
            "-F FORMAT", await FailAsync(scene, "verify", "--against-source", name), StringComparison.Ordinal);

        // A definition that names another format than the images: libvirt believes the definition.
        _ = (await Tool.RunAsync(
            "qemu-img", ["rebase", "-u", "-f", "qcow2", "-b", disk, "-F", "raw", top], Token)).Value;
        await scene.Guest.RedefineAsync(domain => domain.Disk("vda").Element("source")!.AddAfterSelf(XElement.Parse(
            $"<backingStore type='file'><format type='qcow2'/><source file='{disk}'/><backingStore/></backingStore>")));
        Assert.Contains("is qcow2 in the definition", await FailAsync(scene, "backup", name), StringComparison.Ordinal);
        await scene.Guest.RedefineAsync(domain =>
            domain.Disk("vda").Element("backingStore")!.ReplaceWith(new XElement("backingStore")));
        Assert.Contains("has nothing behind", await FailAsync(scene, "backup", name), StringComparison.Ordinal);
        await scene.VerifyAllAsync();
    }

    /// <summary>Runs what has to fail; gives its message.</summary>
    private static async Task<string> FailAsync(BackupScene scene, params string[] arguments)
    {
        using var process = LvbackupProcess.Start(scene, arguments);
        var (exitCode, output, error) = await process.EndAsync();
        Assert.True(exitCode is 1 or 6, $"lvbackup {string.Join(' ', arguments)} ended with {exitCode}: {error}");
        return JsonDocument.Parse(output).RootElement.GetProperty("message").GetString()!;
    }
}
