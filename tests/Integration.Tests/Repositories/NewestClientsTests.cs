using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Repositories;

/// <summary>
/// The newest clients that a distribution has, which speak extended headers (libnbd 1.20), read points that the program
/// serves.
/// </summary>
public sealed class NewestClientsTests
{
    private const string Disk = "vda";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clients_with_extended_headers_read_what_the_disk_held_and_what_changed()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(16 * Units.MiB));
        var io = new QemuIo(scene.Guest);
        await io.PaintAsync(Disk, 0, mebibytes: 8, seed: 1, Token);
        var before = await scene.BackUpAsync();
        await io.FillAsync(Disk, 3 * Units.MiB, 128 * Units.KiB, 99, Token);
        await io.ZeroAsync(Disk, 5 * Units.MiB, Units.MiB, Token);
        var oracle = (await scene.CaptureOracleAsync())[Disk];
        var after = await scene.BackUpAsync();
        var directory = scene.Guest.Directory;
        await LvbackupProcess.RunAsync(
            scene, "export-start", after.Point, "--since", before.Point, "--name", "new", "--socket",
            $"{directory}/new.nbd");
        var uri = $"nbd+unix:///{Disk}?socket={directory}/new.nbd";

        using var info = JsonDocument.Parse(await ClientsAsync(directory, $"nbdinfo --json '{uri}'"));
        var changed = await ClientsAsync(directory, $"nbdinfo --map=qemu:dirty-bitmap:{before.Point} '{uri}'");
        await ClientsAsync(directory, $"""
            cd {directory}
            nbdcopy --connections=4 '{uri}' nbdcopy.raw
            nbdkit -U - -r nbd uri='{uri}' --run 'nbdcopy "$uri" nbdkit.raw'
            qemu-img convert -f raw -O raw '{uri}' qemu-img.raw
            qemu-nbd --fork -r -f raw -k {directory}/qemu-nbd.sock '{uri}'
            nbdcopy 'nbd+unix:///?socket={directory}/qemu-nbd.sock' qemu-nbd.raw
            """);

        Assert.True(info.RootElement.GetProperty("structured").GetBoolean());
        Assert.True(info.RootElement.GetProperty("extended").GetBoolean());
        Assert.Equal(
            ["0 3145728 0", "3145728 131072 1", "3276800 1966080 0", "5242880 1048576 1", "6291456 10485760 0"],
            changed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3])));
        var expected = await File.ReadAllBytesAsync(oracle, Token);
        foreach (var client in (string[])["nbdcopy", "nbdkit", "qemu-img", "qemu-nbd"])
            Assert.True(
                (await File.ReadAllBytesAsync($"{directory}/{client}.raw", Token)).AsSpan().SequenceEqual(expected),
                client);
        await LvbackupProcess.RunAsync(scene, "export-stop", "new");
    }

    private static async Task<string> ClientsAsync(string directory, string line) =>
        (await LabScript.RunAsync(Token, "clients", directory, line)).Value;
}
