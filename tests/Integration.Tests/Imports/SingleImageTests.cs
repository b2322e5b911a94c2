using System.Text.Json;
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
}
